// Lets one identity write metrics into an Azure Monitor workspace, and says where to.
param workspaceName string
param principalId string
param roleDefinitionId string

resource endpoint 'Microsoft.Insights/dataCollectionEndpoints@2022-06-01' existing = {
  name: workspaceName
}

resource rule 'Microsoft.Insights/dataCollectionRules@2022-06-01' existing = {
  name: workspaceName
}

resource right 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(rule.id, principalId, roleDefinitionId)
  scope: rule
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinitionId
  }
}

output remoteWriteUrl string = '${endpoint.properties.metricsIngestion.endpoint}/dataCollectionRules/${rule.properties.immutableId}/streams/Microsoft-PrometheusMetrics/api/v1/write?api-version=2023-04-24'
