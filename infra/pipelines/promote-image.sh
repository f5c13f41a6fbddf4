#!/usr/bin/env bash
# promote-image.sh SERVICE FROM TO DIGEST: copies the image that was tested to another registry, bit for bit. DRY_RUN=1 prints what it would do.
set -euo pipefail
usage='usage: promote-image.sh SERVICE FROM TO DIGEST'
service=${1:?$usage} from=${2:?$usage} to=${3:?$usage} digest=${4:?$usage}
run() { if [ -n "${DRY_RUN:-}" ]; then echo "+ $*"; else "$@"; fi; }

run az acr import --name "${to%%.*}" --source "$from/$service@$digest" --image "$service:${digest#sha256:}" --force
