#!/usr/bin/env bash
# promote-image.sh SERVICE FROM TO DIGEST: copies the image that was tested to another registry, bit for bit, and looks that it is there.
# DRY_RUN=1 prints what it would do.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
usage='usage: promote-image.sh SERVICE FROM TO DIGEST'
service=${1:?$usage} from=${2:?$usage} to=${3:?$usage} digest=${4:?$usage}

run az acr import --name "${to%%.*}" --source "$from/$service@$digest" --image "$service:${digest#sha256:}" --force
run az acr repository show --name "${to%%.*}" --image "$service@$digest" --output none
