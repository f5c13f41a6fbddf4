// Two keys: one wraps the keys of personal data (its deletion would erase everybody at once), one signs the anchors of the streams.
param location string
param vaultName string
param tags object
@description('[{ identity, principalId }]')
param principals array
param workspaceId string

var principalOf = toObject(principals, p => p.identity, p => p.principalId)
var cryptoUser = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  '12338af0-0e69-4776-bea7-57ae8d297424'
)

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: vaultName
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'premium' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
  }
}

resource subjectKey 'Microsoft.KeyVault/vaults/keys@2023-07-01' = {
  parent: vault
  name: 'subjects'
  properties: {
    kty: 'RSA-HSM'
    keySize: 3072
    keyOps: ['wrapKey', 'unwrapKey']
    rotationPolicy: {
      lifetimeActions: [{ action: { type: 'rotate' }, trigger: { timeAfterCreate: 'P1Y' } }]
    }
  }
}
resource anchorKey 'Microsoft.KeyVault/vaults/keys@2023-07-01' = {
  parent: vault
  name: 'anchors'
  properties: { kty: 'EC-HSM', curveName: 'P-256', keyOps: ['sign', 'verify'] }
}

// The order service alone has personal data; operators sign anchors.
resource wraps 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: subjectKey
  name: guid(subjectKey.id, 'order')
  properties: {
    principalId: principalOf.order
    principalType: 'ServicePrincipal'
    roleDefinitionId: cryptoUser
  }
}
resource signs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: anchorKey
  name: guid(anchorKey.id, 'operator')
  properties: {
    principalId: principalOf.operator
    principalType: 'ServicePrincipal'
    roleDefinitionId: cryptoUser
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'to-logs'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

output subjectKeyId string = subjectKey.properties.keyUri
output anchorKeyId string = anchorKey.properties.keyUri
