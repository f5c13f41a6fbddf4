export {
  amount,
  currency,
  entityId,
  isServiceSku,
  type OrderLine,
  orderLine,
  orderLinesMax,
  oversizedQuantity,
  paymentToken,
  quantity,
  quantityMax,
  reason,
  type ShipTo,
  shipTo,
  sku,
  type SkuQuantity,
  skuQuantity,
  stockedQuantities,
  totalOf,
} from './values.ts';
export { type EventCatalogue, type EventOf, type EventType } from './events/event-type.ts';
export { outcomeRepeated } from './events/outcome-repeated.ts';
export {
  type OrderEvent,
  orderEvents,
  type OrderStatus,
  orderStatus,
  type RejectionReason,
  rejectionReason,
} from './events/order-events.ts';
export { type StockEvent, stockEvents } from './events/stock-events.ts';
export { type PaymentEvent, paymentEvents, type PaymentStatus, paymentStatus } from './events/payment-events.ts';
export {
  type OrderCommandMessage,
  orderCommands,
  type PaymentCommandMessage,
  paymentCommands,
  type StockCommandMessage,
  stockCommands,
} from './commands/commands.ts';
export { erasedValue, personal, sealedValue, withheldValue } from './personal/personal-value.ts';
export { orderPersonalData, type PersonalField, unloggedFields } from './personal/personal-data.ts';
export {
  anchorsContainer,
  archiveContainer,
  auditContainer,
  checkpointsContainer,
  type ContainerDefinition,
  containers,
  databaseName,
  deadLettersContainer,
  eventsContainer,
  type HubDefinition,
  type HubName,
  hubs,
  hubsMax,
  answersContainer,
  leasesContainer,
  outboxContainer,
  readModelsContainer,
  snapshotsContainer,
  subjectKeysContainer,
  timersContainer,
  totalsContainer,
} from './topology/topology.ts';
export {
  eachService,
  participants,
  publishers,
  type ServiceDefinition,
  type ServiceName,
  serviceNames,
  services,
  isPublisher,
  isShopService,
  shopServices,
  type ShopService,
} from './topology/services.ts';
export { hubSenders } from './topology/hub-senders.ts';
export {
  dataIdentities,
  type DataIdentity,
  type DataRoleAssignment,
  dataRoleAssignments,
  type DataRoleDefinition,
  dataRoleDefinitions,
  namedPrincipals,
} from './topology/roles.ts';
export {
  type HubGrant,
  hubGrants,
  type HubRight,
  type HubRoleAssignment,
  hubRoleAssignments,
  hubRoles,
} from './topology/roles-of-hubs.ts';
export {
  blobContainers,
  type BlobRoleAssignment,
  blobRoleAssignments,
  type BlobRoleDefinition,
  blobRoleDefinitions,
} from './topology/roles-of-blobs.ts';
export { type MetricDefinition, metricDefinitions, type MetricName, type MetricNameOf } from './telemetry/metrics.ts';
export { attemptMessageId, formatIntentKey, type IntentKey, outcomeKey, parseIntentKey } from './wire/intent-key.ts';
export { type CloudEvent, cloudEvent } from './wire/cloud-event.ts';
export {
  fulfilOrderSagaId,
  orderStream,
  paymentIdOf,
  paymentStream,
  returnOrderSagaId,
  sagaStream,
  stockStream,
} from './streams.ts';
export { httpCommandKey, idempotencyKeyOf } from './http/command-key.ts';
export { minVersion } from './http/min-version.ts';
export { type CallerRole, callerRoles, type Endpoint, type ProblemCodes, problemsOf } from './http/endpoint.ts';
export { type Scope, type ScopeArea, scopeAreas, scopes } from './http/scopes.ts';
export { endpoints } from './http/endpoints.ts';
export { fulfilmentEndpoints } from './http/fulfilment-endpoints.ts';
export { inventoryEndpoints } from './http/inventory-endpoints.ts';
export { orderEndpoints } from './http/order-endpoints.ts';
export { paymentEndpoints } from './http/payment-endpoints.ts';
export { commonEndpoints } from './http/operator-endpoints.ts';
export { operatorQueries, operatorRequests } from './http/operator-http.ts';
export { eventsQuery, problem } from './http/answers.ts';
export { openApiOf, type OpenApiDocument, type Operation } from './http/openapi.ts';
export { listOrdersQuery, orderRequests, orderSummaryQuery, pageQuery, salesReportQuery } from './http/order-http.ts';
export { inventoryRequests, listStockQuery } from './http/inventory-http.ts';
export { listPaymentsQuery, paymentRequests } from './http/payment-http.ts';
export {
  dryRunQuery,
  listSagasQuery,
  sagaActionNames,
  type SagaActionName,
  sagaActions,
  type SagaStatus,
  sagaStatus,
} from './http/fulfilment-http.ts';
