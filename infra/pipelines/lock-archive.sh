#!/usr/bin/env bash
# lock-archive.sh ACCOUNT: locks how long anchors and archive are kept. For good: nobody can shorten it afterwards, or delete the account before it is
# over. Reads RESOURCE_GROUP. DRY_RUN=1 prints what it would do.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
account=${1:?usage: lock-archive.sh ACCOUNT}

for container in anchors archive; do
  policy=(--resource-group "${RESOURCE_GROUP:?}" --account-name "$account" --container-name "$container")
  etag=$(ask az storage container immutability-policy show "${policy[@]}" --query etag --output tsv)
  run az storage container immutability-policy lock "${policy[@]}" --if-match "$etag"
done
