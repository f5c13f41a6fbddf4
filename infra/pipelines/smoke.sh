#!/usr/bin/env bash
# smoke.sh ENVIRONMENT: asks the services of an environment whether they work, after deploy.sh has signed in (smoke.mjs says what is asked). In
# production it looks; elsewhere it places an order and cancels it. ENVIRONMENT local: the Daybook that npm start runs here, as it is.
# Reads API_SCOPE, the scope of the environment's API: api://daybook-<environment>/.default. DRY_RUN=1 prints what it would do.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
environment=${1:?usage: smoke.sh ENVIRONMENT}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
depth=order
if [ "$environment" = production ]; then depth=look; fi

services=(order inventory payment fulfilment)
if [ "$environment" = local ]; then
  first=$((4101 + ${DAYBOOK_PORT_OFFSET:-0}))
  TOKEN=$(ask npm run --silent token -- --role service)
else
  # The services let in nobody but the entry: a tunnel ends inside a pod.
  first=14101
  tunnels=()
  trap 'for pid in "${tunnels[@]}"; do kill "$pid" 2>/dev/null || true; done' EXIT
  for index in 0 1 2 3; do
    tunnel=(kubectl --namespace daybook port-forward "service/${services[index]}-service" "$((first + index)):80")
    if [ -n "${DRY_RUN:-}" ]; then print "${tunnel[@]}"; else "${tunnel[@]}" >/dev/null & tunnels+=("$!"); fi
  done
  TOKEN=$(ask az account get-access-token --scope "${API_SCOPE:?}" --query accessToken --output tsv)
fi
export TOKEN
urls=()
for index in 0 1 2 3; do urls+=("http://127.0.0.1:$((first + index))"); done
run node infra/pipelines/smoke.mjs "$depth" "${urls[@]}"
