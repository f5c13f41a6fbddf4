#!/usr/bin/env bash
# register-api.sh ENVIRONMENT: the application in Entra ID that the tokens of an environment's callers are made for, with the roles that the services
# know (generated/api-application.json, from libs/contracts). Run again it changes what differs. Only who was given a role gets a token: the
# administrators of the tenant say who, and here PIPELINE_PRINCIPAL_ID, the workflows, is given `service`. No deployment of resources can do
# this. DRY_RUN=1 prints what it would do.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
environment=${1:?usage: register-api.sh ENVIRONMENT}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
name="daybook-$environment"
definition=infra/bicep/generated/api-application.json
graph=https://graph.microsoft.com/v1.0

app=$(ask az ad app list --display-name "$name" --query '[0].appId' --output tsv)
if [ -z "$app" ]; then
  app=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv)
  az ad sp create --id "$app" --output none
fi
run az ad app update --id "$app" --identifier-uris "api://$name"
run az rest --method PATCH --url "$graph/applications(appId='$app')" --body "@$definition"
run az ad sp update --id "$app" --set appRoleAssignmentRequired=true

if [ -n "${PIPELINE_PRINCIPAL_ID:-}" ]; then
  api=$(ask az ad sp show --id "$app" --query id --output tsv)
  role=$(sed -n '/"value": "service"/,/}/s/.*"id": "\(.*\)".*/\1/p' "$definition")
  run az rest --method POST --url "$graph/servicePrincipals/$PIPELINE_PRINCIPAL_ID/appRoleAssignments" \
    --body "{\"principalId\":\"$PIPELINE_PRINCIPAL_ID\",\"resourceId\":\"$api\",\"appRoleId\":\"$role\"}"
fi
echo "AUTH_AUDIENCE of $environment: $app"
