// Blob storage: the consumers' checkpoints (where KEDA reads them), the signed anchors, the archive of old events, and what Event Hubs captures.
param location string
param accountName string
param tags object
@description('[{ identity, principalId }]')
param principals array
param zoneRedundant bool

var topology = loadJsonContent('../generated/topology.json')
var principalOf = toObject(principals, p => p.identity, p => p.principalId)

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: accountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: { enabled: true, days: 30 }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = [
  for name in concat(topology.blobContainers, ['capture']): {
    parent: blobs
    name: name
  }
]

// What is written to the anchors and to the archive stays: nobody, not even the owner of the key, shortens or deletes it in time.
resource kept 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2023-05-01' = [
  for name in ['anchors', 'archive']: {
    name: '${accountName}/default/${name}/default'
    dependsOn: [containers]
    properties: {
      immutabilityPeriodSinceCreationInDays: 365
      allowProtectedAppendWrites: false
    }
  }
]

// Roles of our own: the built-in ones that may write may also overwrite and delete.
resource roles 'Microsoft.Authorization/roleDefinitions@2022-04-01' = [
  for role in topology.blobRoles: {
    name: guid(resourceGroup().id, role.id)
    properties: {
      roleName: '${role.roleName} (${resourceGroup().name})'
      description: role.description
      type: 'CustomRole'
      permissions: role.permissions
      assignableScopes: [resourceGroup().id]
    }
  }
]

module rights 'blob-right.bicep' = [
  for grant in topology.blobGrants: {
    name: 'blobs-${grant.container}-${grant.identity}'
    dependsOn: [containers, roles]
    params: {
      accountName: accountName
      containerName: grant.container
      principalId: principalOf[grant.identity]
      roleDefinitionName: guid(resourceGroup().id, grant.roleDefinitionId)
    }
  }
]

output accountName string = account.name
output blobEndpoint string = account.properties.primaryEndpoints.blob
