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
export { type AggregateStoreOptions, type SnapshotOptions, createAggregateStore } from './aggregate-store.ts';
export type { CacheMode } from './state-loader.ts';
export { collectionsFormat } from './snapshots/collections-format.ts';
export type { StateFormat } from './snapshots/fingerprint.ts';
export { type SnapshotDocument, snapshotIntervals } from './snapshots/snapshots.ts';
export { type AsOf, eventsAsOf, type Past } from './time-travel/as-of.ts';
export type { CorrelationPosition, CorrelationRequest, CorrelationSlice } from './time-travel/correlation.ts';
export { appendBytesMax, eventBytesMax, eventsPerAppendMax } from './build-events.ts';
export { canonicalJson } from './canonical-json.ts';
export { GENESIS_HASH, eventHash } from './hash.ts';
export {
  type Anchor,
  type AnchoredHead,
  type CreateAnchorOptions,
  type SignedAnchor,
  createAnchor,
} from './integrity/anchor.ts';
export {
  type AnchorCheck,
  type AnchorFinding,
  type AnchorProblem,
  type CheckAnchorOptions,
  checkAnchor,
} from './integrity/check-anchor.ts';
export { fileSigner } from './integrity/file-signer.ts';
export { type VerifyResult, type VerifyStreamsOptions, verifyStreams } from './integrity/verify-streams.ts';
export type { BadStream, VerifyCheckpoint, WalkedRange } from './integrity/walk.ts';
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
export {
  type ErasedValue,
  type PersonalValue,
  type SealedValue,
  type WithheldValue,
  isErased,
  isSealed,
  isWithheld,
} from './personal-data/sealed-value.ts';
export {
  type PersonalData,
  type PersonalField,
  personalFieldNames,
  withoutPersonalData,
} from './personal-data/personal-data.ts';
export { type ProtectedCodecOptions, protectedCodec } from './personal-data/protected-codec.ts';
export { type PersonalDataReader, openEvents, withholdPersonalData } from './personal-data/open-events.ts';
export type { ErasureRequest, KeyErasure, SubjectKey, SubjectKeys } from './personal-data/subject-key.ts';
export { type SubjectKeysOptions, createSubjectKeys } from './personal-data/subject-keys.ts';
export { fileKeyWrapper } from './personal-data/file-key-wrapper.ts';
export {
  PersonalDataCorrupt,
  PersonalDataUnprepared,
  SubjectKeysTooMany,
  SubjectKeyUnavailable,
  isPersonalDataCorrupt,
  isPersonalDataUnprepared,
  isSubjectKeyUnavailable,
} from './personal-data/errors.ts';
export {
  type DerivedData,
  type Erasure,
  type ErasureOptions,
  type ErasureReceipt,
  createErasure,
} from './personal-data/erasure.ts';
export {
  type AuditAction,
  type AuditEntry,
  type AuditLog,
  type AuditLogOptions,
  type AuditRecord,
  AuditUnavailable,
  createAuditLog,
  isAuditUnavailable,
} from './audit/audit-log.ts';
export { archivedContainer } from './archive/archived-container.ts';
export {
  type Archived,
  type Archiver,
  type ArchiverOptions,
  type DeletionGuard,
  createArchiver,
} from './archive/archiver.ts';
export { type BooksClosed, closeBooks, type CloseBooksOptions, currentEpoch } from './archive/epochs.ts';
