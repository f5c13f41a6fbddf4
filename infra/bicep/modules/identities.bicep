// One identity for each service and for each of those who work with the data by hand. Services get theirs by workload identity: the
// cluster's issuer vouches for the service account daybook/<service>-service, so no secret is stored anywhere.
param location string
param name string
param tags object
param identities array
param clusterIssuer string

var services = ['order', 'inventory', 'payment', 'fulfilment']

resource all 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = [
  for identity in identities: {
    name: '${name}-${identity}'
    location: location
    tags: tags
  }
]

resource federated 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = [
  for identity in services: {
    name: '${name}-${identity}/kubernetes'
    dependsOn: [all]
    properties: {
      issuer: clusterIssuer
      subject: 'system:serviceaccount:daybook:${identity}-service'
      audiences: ['api://AzureADTokenExchange']
    }
  }
]

// KEDA asks hubs and metrics as the service that it scales. One after the other: of one identity Azure writes no two at once.
resource federatedScaler 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = [
  for identity in services: {
    name: '${name}-${identity}/keda'
    dependsOn: [federated]
    properties: {
      issuer: clusterIssuer
      subject: 'system:serviceaccount:kube-system:keda-operator'
      audiences: ['api://AzureADTokenExchange']
    }
  }
]

@description('[{ identity, principalId }]')
output principals array = [
  for (identity, i) in identities: { identity: identity, principalId: all[i].properties.principalId }
]
@description('[{ identity, clientId }]: what the service accounts are annotated with.')
output clientIds array = [
  for (identity, i) in identities: { identity: identity, clientId: all[i].properties.clientId }
]
