#!/usr/bin/env bash
# prepare-cluster.sh: what a cluster has once, before any service: the namespace with its default of no traffic; and, with PIPELINE_CLIENT_ID, what
# the workflows may do in it. For who administers the cluster. Reads RESOURCE_GROUP, CLUSTER. DRY_RUN=1 prints what it would do.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

run az aks get-credentials --resource-group "${RESOURCE_GROUP:?}" --name "${CLUSTER:?}" --overwrite-existing
run kubelogin convert-kubeconfig --login azurecli
run kubectl apply --server-side --kustomize infra/cluster/shared
if [ -n "${PIPELINE_CLIENT_ID:-}" ]; then
  cluster=$(ask az aks show --resource-group "$RESOURCE_GROUP" --name "$CLUSTER" --query id --output tsv)
  # In this namespace alone. The lesser roles know nothing of KEDA's kinds.
  run az role assignment create --assignee "$PIPELINE_CLIENT_ID" --role 'Azure Kubernetes Service RBAC Admin' --scope "$cluster/namespaces/daybook"
fi
