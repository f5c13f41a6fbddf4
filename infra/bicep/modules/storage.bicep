// Blob storage: the consumers' checkpoints (where KEDA reads them), the signed anchors, the archive of old events; and, in an account of
// its own, what Event Hubs captures: its identity has to be able to overwrite, and would be near the anchors otherwise.
param location string
param accountName string
param captureAccountName string
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
    // Checkpoints are written all the time: each would leave a version, or a soft-deleted copy. Anchors and archive are kept otherwise.
    isVersioningEnabled: false
    deleteRetentionPolicy: { enabled: false }
    containerDeleteRetentionPolicy: { enabled: true, days: 30 }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = [
  for name in topology.blobContainers: {
    parent: blobs
    name: name
  }
]

// What is written to the anchors and to the archive stays for a year. Until the policy is locked its owners may still shorten it, and no
// deployment can lock it: infra/pipelines/lock-archive.sh does, once, for good.
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

resource captureAccount 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: captureAccountName
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
resource captureBlobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: captureAccount
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: true, days: 30 }
    containerDeleteRetentionPolicy: { enabled: true, days: 30 }
  }
}
resource captured 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: captureBlobs
  name: 'capture'
}

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

output captureAccountName string = captureAccount.name
output blobEndpoint string = account.properties.primaryEndpoints.blob
