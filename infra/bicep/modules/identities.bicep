// One identity for each service, for KEDA (scaler), and for each of those who work with the data by hand. Services and KEDA get theirs by
// workload identity: the cluster's issuer vouches for their service accounts, so no secret is stored anywhere.
param location string
param name string
param tags object
param identities array
@description('Those of them that run in the cluster.')
param services array
param clusterIssuer string

resource all 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = [
  for identity in identities: {
    name: '${name}-${identity}'
    location: location
    tags: tags
  }
]

var accounts = concat(
  map(services, service => { identity: service, account: 'daybook:${service}-service' }),
  // Where the cluster's own KEDA runs.
  [{ identity: 'scaler', account: 'kube-system:keda-operator' }]
)
resource federated 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = [
  for each in accounts: {
    name: '${name}-${each.identity}/kubernetes'
    dependsOn: [all]
    properties: {
      issuer: clusterIssuer
      subject: 'system:serviceaccount:${each.account}'
      audiences: ['api://AzureADTokenExchange']
    }
  }
]

@description('[{ identity, principalId }]')
output principals array = [
  for (identity, i) in identities: { identity: identity, principalId: all[i].properties.principalId }
]
@description('[{ identity, clientId }]: what service accounts and KEDA are told.')
output clientIds array = [
  for (identity, i) in identities: { identity: identity, clientId: all[i].properties.clientId }
]
