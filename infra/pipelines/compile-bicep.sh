#!/usr/bin/env bash
# compile-bicep.sh: compiles infra/bicep with Azure's own compiler, which knows the types of all resources. Needs az. DRY_RUN=1 prints what it would do.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

run az bicep build --file infra/bicep/main.bicep --outfile /tmp/daybook.json
