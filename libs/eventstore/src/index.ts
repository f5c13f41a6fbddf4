export type { DomainEvent, EventMetadata, StoredEvent } from './stored-event.ts';
export {
  type Decodable,
  type EncodedEvent,
  type EventCodec,
  type EventDefinition,
  type EventDefinitions,
  eventCodec,
} from './codec.ts';
export {
  type AppendReceipt,
  type AppendRequest,
  type EventStore,
  type EventStoreOptions,
  type HeadCheck,
  type ReadRequest,
  type StreamHead,
  type StreamSlice,
  createEventStore,
} from './event-store.ts';
export { type Cost, type CostMeter, costMeter } from './costs/cost.ts';
export {
  type CounterName,
  type EventStoreMetrics,
  type HistogramName,
  type MetricAttributes,
  noMetrics,
} from './costs/metrics.ts';
export type { GroupAppend, GroupAppendRequest } from './hot-streams/append-group.ts';
export type { RetryPolicy } from './retry.ts';
export type { AggregateStore, ExecuteRequest, Loaded, Outcome } from './aggregate.ts';
export { type AggregateStoreOptions, createAggregateStore } from './aggregate-store.ts';
export { type AsOf, eventsAsOf, type Past } from './time-travel/as-of.ts';
export type { CorrelationPosition, CorrelationRequest, CorrelationSlice } from './time-travel/correlation.ts';
export { appendBytesMax, eventBytesMax, eventsPerAppendMax } from './build-events.ts';
export { canonicalJson } from './canonical-json.ts';
export { GENESIS_HASH, eventHash } from './hash.ts';
export { type StreamProblem, type Verification, verifyStream } from './verify-stream.ts';
export {
  AppendOutcomeUnknown,
  AppendTooLarge,
  ConcurrencyConflict,
  type EventStoreErrorCode,
  ExpectedVersionAhead,
  InvalidAppend,
  InvalidEvent,
  StreamBusy,
  StreamCorrupt,
  StreamDiverged,
  UnknownSchemaVersion,
  isAppendOutcomeUnknown,
  isAppendTooLarge,
  isConcurrencyConflict,
  isExpectedVersionAhead,
  isInvalidAppend,
  isInvalidEvent,
  isStreamBusy,
  isStreamCorrupt,
  isStreamDiverged,
  isUnknownSchemaVersion,
} from './errors.ts';
