#!/usr/bin/env bash
# push-image.sh SERVICE REGISTRY: builds the service's image, pushes it with its bill of materials and how it came about, and tells its digest
# (to GITHUB_OUTPUT, too). DRY_RUN=1 prints what it would do; DRY_RUN=push builds, and does not push.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
usage='usage: push-image.sh SERVICE REGISTRY'
service=${1:?$usage} registry=${2:?$usage}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ -f "apps/$service/Dockerfile" ] || { echo "push-image.sh: there is no apps/$service/Dockerfile" >&2; exit 2; }

revision=$(git rev-parse HEAD)
tag="$registry/$service:${revision:0:12}"
metadata=$(mktemp)
trap 'rm -f "$metadata"' EXIT
build=(docker buildx build --file "apps/$service/Dockerfile" --tag "$tag"
  --label "org.opencontainers.image.revision=$revision"
  --label "org.opencontainers.image.source=${GITHUB_SERVER_URL:-https://github.com}/${GITHUB_REPOSITORY:-unknown}")

if [ "${DRY_RUN:-}" = push ]; then
  "${build[@]}" --load .
  digest=
else
  run az acr login --name "${registry%%.*}"
  # The builder that comes with Docker cannot write attestations.
  run docker buildx create --use --driver docker-container
  run "${build[@]}" --sbom=true --provenance=mode=max --metadata-file "$metadata" --push .
  digest=$(sed -n 's/.*"containerimage.digest": *"\(sha256:[0-9a-f]*\)".*/\1/p' "$metadata")
fi
if [ -n "${DRY_RUN:-}" ]; then
  # Stands for the one that the registry would tell.
  digest="sha256:$(printf '0%.0s' {1..64})"
elif [ -z "$digest" ]; then
  echo "push-image.sh: docker told no digest of $tag" >&2
  exit 1
fi
echo "$tag is $digest"
if [ -n "${GITHUB_OUTPUT:-}" ]; then echo "digest=$digest" >>"$GITHUB_OUTPUT"; fi
