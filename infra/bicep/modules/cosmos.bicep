// The account, the database, its containers, and who may do what with them. Keys are switched off: there is no way in but these roles.
param location string
param accountName string
param tags object
param secondLocation string
param serverless bool
param autoscaleMaxRu object
@description('[{ identity, principalId }]')
param principals array
param workspaceId string

var topology = loadJsonContent('../generated/topology.json')
var principalOf = toObject(principals, p => p.identity, p => p.principalId)

resource account 'Microsoft.DocumentDB/databaseAccounts@2024-11-15' = {
  name: accountName
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    // One region writes. With several, Cosmos DB takes equal ids in two places and settles it later: two events of one version.
    locations: concat(
      [{ locationName: location, failoverPriority: 0, isZoneRedundant: !serverless }],
      secondLocation == '' ? [] : [{ locationName: secondLocation, failoverPriority: 1, isZoneRedundant: false }]
    )
    enableMultipleWriteLocations: false
    enableAutomaticFailover: false
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    capabilities: serverless ? [{ name: 'EnableServerless' }] : []
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: { tier: serverless ? 'Continuous7Days' : 'Continuous30Days' }
    }
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2024-11-15' = {
  parent: account
  name: topology.database
  properties: { resource: { id: topology.database } }
}

// Only answers that are kept for repeated requests have a TTL. With none at all, as events, no item can carry its own end.
@batchSize(4)
resource containers 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = [
  for container in topology.containers: {
    parent: database
    name: container.name
    properties: {
      resource: container.resource
      options: serverless
        ? {}
        : {
            autoscaleSettings: {
              maxThroughput: contains(autoscaleMaxRu, container.purpose)
                ? autoscaleMaxRu[container.purpose]
                : autoscaleMaxRu.other
            }
          }
    }
  }
]

@batchSize(1)
resource roles 'Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions@2024-11-15' = [
  for role in topology.roles: {
    parent: account
    name: role.id
    properties: {
      roleName: role.roleName
      type: 'CustomRole'
      permissions: role.permissions
      assignableScopes: [for scope in role.assignableScopes: '${account.id}${scope}']
    }
    dependsOn: [containers]
  }
]

resource grants 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2024-11-15' = [
  for grant in topology.grants: {
    parent: account
    name: guid(account.id, grant.identity, grant.roleDefinitionId, grant.scope)
    properties: {
      principalId: principalOf[grant.identity]
      roleDefinitionId: '${account.id}/sqlRoleDefinitions/${grant.roleDefinitionId}'
      scope: '${account.id}${grant.scope}'
    }
    dependsOn: [roles]
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'to-logs'
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      { category: 'ControlPlaneRequests', enabled: true }
      { category: 'PartitionKeyRUConsumption', enabled: true }
    ]
    metrics: [{ category: 'Requests', enabled: true }]
  }
}

output accountId string = account.id
output endpoint string = account.properties.documentEndpoint
