// Where the cluster's collector writes to, and what is made of it: metrics in an Azure Monitor workspace (Prometheus), traces in Application
// Insights; the service levels as rule groups, and the workbook. Rules and workbook are made of infra/src/monitoring.
param location string
param name string
param tags object
@description('Issuer of the cluster: vouches for the service account daybook/collector.')
param clusterIssuer string
@description('[{ identity, principalId }]: KEDA scales by what is measured.')
param principals array
param logsWorkspaceId string
param appInsightsName string
param actionGroupId string

var rules = loadJsonContent('../generated/prometheus-rules.json')
var workspaceName = '${name}-metrics'
var principalOf = toObject(principals, p => p.identity, p => p.principalId)
var metricsPublisher = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  '3913510d-42f4-4e42-8a64-420c390055eb'
)
var dataReader = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  'b0d8363b-8ddd-447d-831f-62ca05bff136'
)

resource collector 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-telemetry'
  location: location
  tags: tags
}

resource federated 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
  parent: collector
  name: 'kubernetes'
  properties: {
    issuer: clusterIssuer
    subject: 'system:serviceaccount:daybook:collector'
    audiences: ['api://AzureADTokenExchange']
  }
}

resource workspace 'Microsoft.Monitor/accounts@2023-04-03' = {
  name: workspaceName
  location: location
  tags: tags
}

// Azure makes the rule that takes metrics in a resource group of its own, beside the workspace.
module ingestion 'metrics-right.bicep' = {
  name: 'metrics-right'
  scope: resourceGroup('MA_${workspaceName}_${location}_managed')
  dependsOn: [workspace]
  params: {
    workspaceName: workspaceName
    principalId: collector.properties.principalId
    roleDefinitionId: metricsPublisher
  }
}

resource appInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: appInsightsName
}

resource tracesRight 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(appInsights.id, collector.id, metricsPublisher)
  scope: appInsights
  properties: {
    principalId: collector.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: metricsPublisher
  }
}

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workspace.id, 'scaler', dataReader)
  scope: workspace
  properties: {
    principalId: principalOf.scaler
    principalType: 'ServicePrincipal'
    roleDefinitionId: dataReader
  }
}

resource recordings 'Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01' = {
  name: '${name}-levels'
  location: location
  tags: tags
  properties: {
    description: 'Daybook: the service levels, recorded'
    enabled: true
    interval: rules.interval
    scopes: [workspace.id]
    rules: rules.recordings
  }
}

resource alerts 'Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01' = {
  name: '${name}-alerts'
  location: location
  tags: tags
  properties: {
    description: 'Daybook: when somebody has to look'
    enabled: true
    interval: rules.interval
    scopes: [workspace.id]
    rules: map(
      rules.alerts,
      rule =>
        union(rule, {
          actions: [{ actionGroupId: actionGroupId }]
          resolveConfiguration: { autoResolved: true, timeToResolve: 'PT10M' }
        })
    )
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'daybook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Daybook'
    category: 'workbook'
    sourceId: toLower(workspace.id)
    serializedData: replace(
      replace(loadTextContent('../generated/workbook.json'), '__METRICS_WORKSPACE__', workspace.id),
      '__LOGS_WORKSPACE__',
      logsWorkspaceId
    )
  }
}

@description('What infra/cluster/telemetry is told, and the scalers: REMOTE_WRITE_URL, APPLICATIONINSIGHTS_CONNECTION_STRING, the client id of the collector, the address that PromQL is asked at.')
output settings object = {
  REMOTE_WRITE_URL: ingestion.outputs.remoteWriteUrl
  APPLICATIONINSIGHTS_CONNECTION_STRING: appInsights.properties.ConnectionString
  CLIENT_ID: collector.properties.clientId
  PROMETHEUS: workspace.properties.metrics.prometheusQueryEndpoint
}
