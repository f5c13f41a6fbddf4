// Everything that Daybook needs on Azure, for one environment, in one resource group:
//   az deployment group create --resource-group <group> --template-file infra/bicep/main.bicep \
//     --parameters infra/bicep/parameters/dev.json alertEmail=<address> clusterAdminGroupId=<id>
// Containers, hubs, roles and rights come from generated/topology.json, which is made of libs/contracts: the definitions that the code
// uses. Idempotent: run again it changes nothing but what differs.
targetScope = 'resourceGroup'

@description('Short name of the environment; part of every name.')
@allowed(['dev', 'staging', 'production'])
param environment string

@description('Where everything is. One region writes: optimistic concurrency rests on it.')
param location string = resourceGroup().location

@description('A second region that holds a copy of the database, to fail over to; empty: none. A serverless account has one region.')
param secondLocation string = ''

@description('First part of every name; some of them must be unique in the world: 3 to 8 lower-case letters and digits.')
@minLength(3)
@maxLength(8)
param prefix string

@description('Serverless costs nothing at rest and gives at most 5,000 RU/s per partition; for production use autoscale.')
param serverless bool = environment == 'dev'

@description('Largest throughput of a container in RU/s by purpose; autoscale goes down to a tenth. Not used when serverless.')
param autoscaleMaxRu object = {
  events: 4000
  'read-models': 4000
  other: 1000
}

@description('Largest number of throughput units that the Event Hubs namespace grows to by itself.')
@minValue(1)
@maxValue(40)
param eventHubsMaxThroughputUnits int = 4

@description('Kubernetes: the size and the number of nodes.')
param nodeSize string = 'Standard_D4ds_v5'
@minValue(1)
param nodeCountMin int = 3
param nodeCountMax int = 10

@description('Where alerts go; an e-mail address of the people on call.')
param alertEmail string

@description('Object id of the Entra group that may administer the cluster.')
param clusterAdminGroupId string

@description('owner/name of the repository whose workflows deploy here; empty: none do.')
param githubRepository string = ''

var topology = loadJsonContent('generated/topology.json')
var name = '${prefix}-${environment}'
var tags = { system: 'daybook', environment: environment }

module logs 'modules/logs.bicep' = {
  name: 'logs'
  params: { location: location, name: name, tags: tags }
}

module identities 'modules/identities.bicep' = {
  name: 'identities'
  params: {
    location: location
    name: name
    tags: tags
    identities: topology.identities
    services: topology.services
    clusterIssuer: cluster.outputs.oidcIssuer
  }
}

module cosmos 'modules/cosmos.bicep' = {
  name: 'cosmos'
  params: {
    location: location
    accountName: name
    tags: tags
    secondLocation: serverless ? '' : secondLocation
    serverless: serverless
    autoscaleMaxRu: autoscaleMaxRu
    principals: identities.outputs.principals
    workspaceId: logs.outputs.workspaceId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    location: location
    accountName: '${prefix}${environment}'
    captureAccountName: '${prefix}${environment}cap'
    tags: tags
    principals: identities.outputs.principals
    zoneRedundant: environment == 'production'
  }
}

module eventHubs 'modules/event-hubs.bicep' = {
  name: 'event-hubs'
  params: {
    location: location
    namespaceName: '${name}-hubs'
    tags: tags
    maxThroughputUnits: eventHubsMaxThroughputUnits
    principals: identities.outputs.principals
    captureAccountName: storage.outputs.captureAccountName
    workspaceId: logs.outputs.workspaceId
  }
}

module vault 'modules/key-vault.bicep' = {
  name: 'key-vault'
  params: {
    location: location
    vaultName: name
    tags: tags
    principals: identities.outputs.principals
    workspaceId: logs.outputs.workspaceId
  }
}

module registry 'modules/registry.bicep' = {
  name: 'registry'
  params: {
    location: location
    registryName: '${prefix}${environment}'
    tags: tags
    kubeletPrincipalId: cluster.outputs.kubeletPrincipalId
  }
}

module cluster 'modules/cluster.bicep' = {
  name: 'cluster'
  params: {
    location: location
    name: name
    tags: tags
    nodeSize: nodeSize
    nodeCountMin: nodeCountMin
    nodeCountMax: nodeCountMax
    adminGroupId: clusterAdminGroupId
    workspaceId: logs.outputs.workspaceId
  }
}

module pipeline 'modules/pipeline.bicep' = if (githubRepository != '') {
  name: 'pipeline'
  params: {
    location: location
    name: name
    tags: tags
    githubRepository: githubRepository
    environment: environment
    registryName: registry.outputs.registryName
    clusterName: cluster.outputs.clusterName
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    name: name
    tags: tags
    email: alertEmail
    cosmosAccountId: cosmos.outputs.accountId
    eventHubsNamespaceId: eventHubs.outputs.namespaceId
    appInsightsId: logs.outputs.appInsightsId
  }
}

module telemetry 'modules/telemetry.bicep' = {
  name: 'telemetry'
  params: {
    location: location
    name: name
    tags: tags
    clusterIssuer: cluster.outputs.oidcIssuer
    principals: identities.outputs.principals
    logsWorkspaceId: logs.outputs.workspaceId
    appInsightsName: logs.outputs.appInsightsName
    actionGroupId: alerts.outputs.actionGroupId
  }
}

@description('What the services are told: COSMOS_ENDPOINT, EVENTHUBS_NAMESPACE, BLOB_ENDPOINT, KEY_VAULT_KEY.')
output settings object = {
  COSMOS_ENDPOINT: cosmos.outputs.endpoint
  EVENTHUBS_NAMESPACE: eventHubs.outputs.host
  BLOB_ENDPOINT: storage.outputs.blobEndpoint
  KEY_VAULT_KEY: vault.outputs.subjectKeyId
  ANCHOR_KEY: vault.outputs.anchorKeyId
}
@description('What the collector and the scalers are told: infra/cluster/telemetry.')
output telemetry object = telemetry.outputs.settings
@description('[{ identity, clientId }]: for identity.yaml of the overlays.')
output clientIds array = identities.outputs.clientIds
output cluster string = cluster.outputs.clusterName
@description('{ clientId, principalId } of the workflows: AZURE_CLIENT_ID of the environment at GitHub; empty where there are none.')
output pipeline object = githubRepository == ''
  ? {}
  : { clientId: pipeline!.outputs.clientId, principalId: pipeline!.outputs.principalId }
output registry string = registry.outputs.loginServer
