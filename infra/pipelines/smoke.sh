#!/usr/bin/env bash
# smoke.sh ENVIRONMENT [SERVICE]: asks the services of an environment whether they work, after deploy.sh has signed in (smoke.mjs says what is
# asked): all of them, or those that the deployment of SERVICE concerns, for others may not be there yet. The shop is asked as a whole, and
# outside of production an order is placed and cancelled. ENVIRONMENT local: the Daybook that npm start runs here, as it is.
# Reads API_SCOPE, the scope of the environment's API: api://daybook-<environment>/.default. DRY_RUN=1 prints what it would do.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
environment=${1:?usage: smoke.sh ENVIRONMENT [SERVICE]}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# As libs/contracts has them.
services=($(node -p 'JSON.parse(fs.readFileSync("infra/bicep/generated/topology.json")).services.join(" ")'))
shop=(order inventory payment fulfilment)
depth=order
if [ -z "${2:-}" ]; then
  asked=("${services[@]}")
elif [[ " ${shop[*]} " == *" $2 "* ]]; then
  asked=("${shop[@]}")
elif [[ " ${services[*]} " == *" $2 "* ]]; then
  asked=("$2") depth=look
else
  echo "smoke.sh: there is no service $2: there are ${services[*]}" >&2
  exit 2
fi
if [ "$environment" = production ]; then depth=look; fi

urls=()
if [ "$environment" = local ]; then
  for service in "${asked[@]}"; do
    port=$(node_modules/.bin/node -p 'require("@daybook/contracts").services[process.argv[1]].port' "$service")
    urls+=("$service=http://127.0.0.1:$((port + ${DAYBOOK_PORT_OFFSET:-0}))")
  done
  TOKEN=$(ask npm run --silent token -- --role service)
else
  # The services let in nobody but the entry: a tunnel ends inside a pod.
  tunnels=()
  trap 'for pid in "${tunnels[@]}"; do kill "$pid" 2>/dev/null || true; done' EXIT
  for service in "${asked[@]}"; do
    port=$((14101 + ${#urls[@]}))
    tunnel=(kubectl --namespace daybook port-forward "service/$service-service" "$port:80")
    if [ -n "${DRY_RUN:-}" ]; then print "${tunnel[@]}"; else "${tunnel[@]}" >/dev/null & tunnels+=("$!"); fi
    urls+=("$service=http://127.0.0.1:$port")
  done
  TOKEN=$(ask az account get-access-token --scope "${API_SCOPE:?}" --query accessToken --output tsv)
fi
export TOKEN
run node infra/pipelines/smoke.mjs "$depth" "${urls[@]}"
