// The hubs, who may send to and receive from each, and a copy of the events' hubs in Blob storage (ciphertext where fields are personal).
param location string
param namespaceName string
param tags object
param maxThroughputUnits int
@description('[{ identity, principalId }]')
param principals array
param captureAccountName string
param workspaceId string

var topology = loadJsonContent('../generated/topology.json')
var principalOf = toObject(principals, p => p.identity, p => p.principalId)
var dataSender = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  '2b629674-e913-4c01-ae53-ef4638d8f975'
)
var dataReceiver = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  'a638d3c7-ab3a-418d-83e6-5f17a39d4fde'
)
var blobContributor = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
)

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: namespaceName
  location: location
  tags: tags
  sku: { name: 'Standard', tier: 'Standard', capacity: 1 }
  identity: { type: 'SystemAssigned' }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    isAutoInflateEnabled: maxThroughputUnits > 1
    maximumThroughputUnits: maxThroughputUnits > 1 ? maxThroughputUnits : 0
  }
}

resource captureAccount 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: captureAccountName
}
resource captureWriter 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: captureAccount
  name: guid(captureAccount.id, namespace.id, 'capture')
  properties: {
    principalId: namespace.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: blobContributor
  }
}

var capture = {
  enabled: true
  encoding: 'Avro'
  intervalInSeconds: 300
  sizeLimitInBytes: 104857600
  skipEmptyArchives: true
  destination: {
    name: 'EventHubArchive.AzureBlockBlob'
    // As itself: the account takes no keys.
    identity: { type: 'SystemAssigned' }
    properties: {
      storageAccountResourceId: captureAccount.id
      blobContainer: 'capture'
      archiveNameFormat: '{Namespace}/{EventHub}/{PartitionId}/{Year}/{Month}/{Day}/{Hour}/{Minute}/{Second}'
    }
  }
}

// The number of partitions is for good: the relay's mapping of streams to partitions depends on it.
@batchSize(1)
resource hubs 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = [
  for hub in topology.hubs: {
    parent: namespace
    name: hub.name
    dependsOn: [captureWriter]
    properties: union(
      {
        partitionCount: hub.partitions
        retentionDescription: { cleanupPolicy: 'Delete', retentionTimeInHours: 168 }
      },
      endsWith(hub.name, '-events') ? { captureDescription: capture } : {}
    )
  }
]

var groups = flatten(map(
  topology.hubs,
  hub => map(hub.consumerGroups, group => { hub: hub.name, group: group })
))
resource consumerGroups 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = [
  for each in groups: {
    name: '${namespaceName}/${each.hub}/${each.group}'
    dependsOn: [hubs]
    properties: {}
  }
]

module rights 'hub-right.bicep' = [
  for grant in topology.hubGrants: {
    name: 'hub-${grant.hub}-${grant.identity}-${grant.right}'
    dependsOn: [hubs]
    params: {
      namespaceName: namespaceName
      hubName: grant.hub
      principalId: principalOf[grant.identity]
      roleDefinitionId: grant.right == 'send' ? dataSender : dataReceiver
    }
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'to-logs'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output namespaceId string = namespace.id
output host string = '${namespace.name}.servicebus.windows.net'
