#!/usr/bin/env bash
# base.sh: the commit to compare with, so that nothing is passed over: of a pull request (PULL_REQUEST_BASE) where it left its target; on main
# the last one that was deployed whole, for what a failed run was to deploy is still to be deployed; elsewhere where the branch left main.
# Told to GITHUB_OUTPUT as base.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

base() {
  if [ -n "${PULL_REQUEST_BASE:-}" ]; then
    git merge-base "$PULL_REQUEST_BASE" HEAD
  elif [ -n "${GITHUB_ACTIONS:-}" ]; then
    # GH_TOKEN may read what ran. After a forced push the commit may be none of ours any more.
    while read -r commit; do
      if git merge-base --is-ancestor "$commit" HEAD 2>/dev/null; then echo "$commit" && return; fi
    done < <(gh run list --workflow deploy.yaml --branch main --status success --limit 50 --json headSha --jq '.[].headSha')
    # Nothing was ever deployed: everything is new.
    git rev-list --max-parents=0 HEAD | tail -n 1
  else
    git merge-base origin/main HEAD 2>/dev/null || git rev-parse HEAD~1
  fi
}

commit=$(base)
echo "$commit"
if [ -n "${GITHUB_OUTPUT:-}" ]; then echo "base=$commit" >>"$GITHUB_OUTPUT"; fi
