#!/usr/bin/env bash
# deploy.sh SERVICE ENVIRONMENT DIGEST: one service to one environment, and waits until the new pods are ready; if they do not become so, the
# old ones stay and this fails. DRY_RUN=1 renders and prints instead of asking a cluster.
# Reads RESOURCE_GROUP and CLUSTER.
set -euo pipefail
usage='usage: deploy.sh SERVICE ENVIRONMENT DIGEST'
service=${1:?$usage} environment=${2:?$usage} digest=${3:?$usage}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
overlay="apps/$service/deploy/overlays/$environment"
[ -d "$overlay" ] || { echo "deploy.sh: there is no $overlay" >&2; exit 2; }
[[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "deploy.sh: DIGEST must be sha256: and 64 hex digits, not $digest" >&2; exit 2; }
run() { if [ -n "${DRY_RUN:-}" ]; then echo "+ $*"; else "$@"; fi; }

rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
# The overlay names the registry; the digest, not a tag that can be moved, says what runs.
kubectl kustomize "$overlay" | sed "s#\(image: .*/$service\):unset\$#\1@$digest#" >"$rendered"
grep -q "image: .*/$service@$digest\$" "$rendered" || { echo "deploy.sh: $overlay has no image of $service to set" >&2; exit 1; }

[ -n "${DRY_RUN:-}" ] || az aks get-credentials --resource-group "${RESOURCE_GROUP:?}" --name "${CLUSTER:?}" --overwrite-existing
run kubectl apply --server-side --filename "$rendered"
run kubectl --namespace daybook rollout status "deployment/$service-service" --timeout 300s
# Smoke test: the service says of itself that it has reached its database, its hub and its feeds. From inside: no other pod may ask it.
run kubectl --namespace daybook exec "deployment/$service-service" -- node -e \
  'fetch("http://127.0.0.1:8080/health/ready").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))'
echo "$service in $environment: $digest"
if [ -n "${DRY_RUN:-}" ]; then cat "$rendered"; fi
