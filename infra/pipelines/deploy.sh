#!/usr/bin/env bash
# deploy.sh SERVICE ENVIRONMENT DIGEST: one service to one environment; waits until the new pods are ready, and where they do not become so,
# goes back to those before and fails. DRY_RUN=1 renders to dist/rendered and prints instead of asking a cluster. Reads RESOURCE_GROUP, CLUSTER.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
usage='usage: deploy.sh SERVICE ENVIRONMENT DIGEST'
service=${1:?$usage} environment=${2:?$usage} digest=${3:?$usage}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
fail() { echo "deploy.sh: $1" >&2; exit "${2:-1}"; }
overlay="apps/$service/deploy/overlays/$environment"
[ -d "$overlay" ] || fail "there is no $overlay" 2
[[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || fail "DIGEST must be sha256: and 64 hex digits, not $digest" 2

rendered="dist/rendered/$service-$environment.yaml"
mkdir -p dist/rendered
# The overlay names the registry; the digest, not a tag that can be moved, says what runs.
kubectl kustomize "$overlay" | sed "s#\(image: .*/$service\):unset\$#\1@$digest#" >"$rendered"
grep -q "image: .*/$service@$digest\$" "$rendered" || fail "$overlay has no image of $service to set"
if grep -q 00000000-0000-0000-0000-000000000000 "$rendered"; then
  what="$overlay still has ids of zeros: set them as infra/README.md says"
  if [ -n "${DRY_RUN:-}" ]; then echo "deploy.sh: would refuse: $what"; else fail "$what"; fi
fi
echo "$service for $environment is rendered to $rendered"

kubectl=(kubectl --namespace daybook)
run az aks get-credentials --resource-group "${RESOURCE_GROUP:?}" --name "${CLUSTER:?}" --overwrite-existing
# Signs in as whoever is signed in to az, without asking anybody.
run kubelogin convert-kubeconfig --login azurecli
before=$(ask "${kubectl[@]}" get deployment "$service-service" --ignore-not-found \
  --output 'jsonpath={.spec.template.spec.containers[0].image}')
run "${kubectl[@]}" apply --server-side --force-conflicts --field-manager daybook-pipeline --filename "$rendered"
if ! run "${kubectl[@]}" rollout status "deployment/$service-service" --timeout 420s; then
  "${kubectl[@]}" get pods --selector "app.kubernetes.io/name=$service" --output wide || true
  [ -z "$before" ] || infra/pipelines/undo.sh "$service"
  fail "the new pods did not become ready${before:+; back to $before}"
fi
echo "$service in $environment: $digest"
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  echo "- $service in $environment: \`$digest\` (before: \`${before:-nothing}\`)" >>"$GITHUB_STEP_SUMMARY"
fi
