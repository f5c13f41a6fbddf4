// As whom the workflows act in this environment: GitHub vouches for a job of this environment of the repository (OpenID Connect), so no secret
// is stored. It may push and import images and find the cluster; what it may do in there, infra/pipelines/prepare-cluster.sh grants.
param location string
param name string
param tags object
@description('owner/name')
param githubRepository string
param environment string
param registryName string
param clusterName string

// Container Registry: pull and push; import from another one. Kubernetes: ask for credentials.
var registryRoles = [
  '7f951dda-4ed3-4680-a7ca-43fe172d538d'
  '8311e382-0749-4cb8-b61a-304f252e45ec'
  '577a9874-89fd-4f24-9dbd-b5034d0ad23a'
]
var clusterUser = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  '4abbcc35-e782-43d8-92c5-2d3f1bd2253f'
)

resource pipeline 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-pipeline'
  location: location
  tags: tags
}
resource github 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
  parent: pipeline
  name: 'github'
  properties: {
    issuer: 'https://token.actions.githubusercontent.com'
    subject: 'repo:${githubRepository}:environment:${environment}'
    audiences: ['api://AzureADTokenExchange']
  }
}

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' existing = {
  name: registryName
}
resource images 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in registryRoles: {
    scope: registry
    name: guid(registry.id, pipeline.id, role)
    properties: {
      principalId: pipeline.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource cluster 'Microsoft.ContainerService/managedClusters@2024-09-01' existing = {
  name: clusterName
}
resource finds 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: cluster
  name: guid(cluster.id, pipeline.id, 'user')
  properties: {
    principalId: pipeline.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: clusterUser
  }
}

output clientId string = pipeline.properties.clientId
output principalId string = pipeline.properties.principalId
