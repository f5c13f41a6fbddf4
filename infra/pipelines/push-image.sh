#!/usr/bin/env bash
# push-image.sh SERVICE REGISTRY: builds the service's image, pushes it, and tells its digest. DRY_RUN=1 prints what it would do.
set -euo pipefail
service=${1:?usage: push-image.sh SERVICE REGISTRY}
registry=${2:?usage: push-image.sh SERVICE REGISTRY}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
run() { if [ -n "${DRY_RUN:-}" ]; then echo "+ $*"; else "$@"; fi; }

tag="$registry/$service:$(git rev-parse --short=12 HEAD)"
run az acr login --name "${registry%%.*}"
run docker build --file "apps/$service/Dockerfile" --tag "$tag" .
run docker push "$tag"
if [ -n "${DRY_RUN:-}" ]; then exit 0; fi
digest=$(docker image inspect --format '{{index .RepoDigests 0}}' "$tag" | sed 's/.*@//')
echo "$tag is $digest"
if [ -n "${GITHUB_OUTPUT:-}" ]; then echo "digest=$digest" >>"$GITHUB_OUTPUT"; fi
