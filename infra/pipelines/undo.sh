#!/usr/bin/env bash
# undo.sh SERVICE: puts back the pods that ran before the last deployment of the service, after deploy.sh has signed in. DRY_RUN=1 prints.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
service=${1:?usage: undo.sh SERVICE}

run kubectl --namespace daybook rollout undo "deployment/$service-service"
run kubectl --namespace daybook rollout status "deployment/$service-service" --timeout 420s
