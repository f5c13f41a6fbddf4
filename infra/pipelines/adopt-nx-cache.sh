#!/usr/bin/env bash
# adopt-nx-cache.sh: makes a restored cache of Nx count. Its index is named after the machine that wrote it, and every runner is another machine:
# as it comes, Nx would find nothing in it. The index is ours because the cache is: branches write their own, and main reads none but main's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
shopt -s nullglob

indexes=(.nx/workspace-data/*-v*.db)
if [ "${#indexes[@]}" -ne 1 ]; then
  echo "${#indexes[@]} indexes of an Nx cache: nothing to adopt"
  exit 0
fi
name=$(basename "${indexes[0]}")
own="$(tr -d '\n' </etc/machine-id)-${name##*-}"
if [ "$name" != "$own" ]; then mv "${indexes[0]}" ".nx/workspace-data/$own"; fi
echo "Nx cache adopted"
