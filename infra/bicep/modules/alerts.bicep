// What Azure itself can see. The service levels of Daybook's own metrics are Prometheus rules: telemetry.bicep.
param name string
param tags object
param email string
param cosmosAccountId string
param eventHubsNamespaceId string
param appInsightsId string

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-on-call'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'daybook'
    enabled: true
    emailReceivers: [{ name: 'on-call', emailAddress: email, useCommonAlertSchema: true }]
  }
}

var rules = [
  {
    name: 'cosmos-throttled'
    description: 'More than 300 requests in five minutes were answered 429: raise autoscaleMaxRu, or find the hot partition.'
    scope: cosmosAccountId
    namespace: 'Microsoft.DocumentDB/databaseAccounts'
    metric: 'TotalRequests'
    dimension: { name: 'StatusCode', operator: 'Include', values: ['429'] }
    aggregation: 'Count'
    threshold: 300
    severity: 2
  }
  {
    name: 'cosmos-partition-hot'
    description: 'One partition uses more than 90 % of its throughput: look at PartitionKeyRUConsumption.'
    scope: cosmosAccountId
    namespace: 'Microsoft.DocumentDB/databaseAccounts'
    metric: 'NormalizedRUConsumption'
    dimension: null
    aggregation: 'Maximum'
    threshold: 90
    severity: 3
  }
  {
    name: 'event-hubs-throttled'
    description: 'Event Hubs turned requests away: raise eventHubsMaxThroughputUnits.'
    scope: eventHubsNamespaceId
    namespace: 'Microsoft.EventHub/namespaces'
    metric: 'ThrottledRequests'
    dimension: null
    aggregation: 'Total'
    threshold: 10
    severity: 2
  }
  {
    name: 'requests-failing'
    description: 'HTTP requests end with 5xx.'
    scope: appInsightsId
    namespace: 'microsoft.insights/components'
    metric: 'requests/failed'
    dimension: null
    aggregation: 'Count'
    threshold: 20
    severity: 1
  }
]

resource alerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for rule in rules: {
    name: '${name}-${rule.name}'
    location: 'global'
    tags: tags
    properties: {
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [rule.scope]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: rule.name
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: rule.namespace
            metricName: rule.metric
            dimensions: rule.dimension == null ? [] : [rule.dimension]
            operator: 'GreaterThan'
            threshold: rule.threshold
            timeAggregation: rule.aggregation
          }
        ]
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]

@description('The people on call.')
output actionGroupId string = people.id
