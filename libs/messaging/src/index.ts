export {
  type CommandMessageFields,
  cloudEventOf,
  commandMessage,
  hubMessageId,
  parseCloudEvent,
} from './cloud-event.ts';
export { partitionOf } from './partition.ts';
export { createRelay, eventRoute, type Relay, type RelayOptions, replyRoute, type Route } from './relay.ts';
export type { Outgoing } from './sender.ts';
export { createHybridPublisher, type HybridOptions, type HybridPublisher } from './publish/hybrid.ts';
export { createOutbox, type Outbox, type OutboxOptions, outboxFeed } from './publish/outbox.ts';
export type { OutboxEntry, OutboxStatus } from './publish/outbox-entry.ts';
export { type CommandSchema, createParticipant, type ParticipantOptions } from './participant.ts';
export { CommandUnusable, isCommandUnusable } from './command-unusable.ts';
export { createDeadLetters, type DeadLetters, type ListOptions, type ParkedPage } from './dead-letters.ts';
export type { MessageToPark, ParkedMessage } from './parked-message.ts';
export { type Failure, failureFingerprint } from './fingerprint.ts';
export type { DiscardGroupOutcome, FailureGroup, FailureGroups, ReplayGroupOutcome } from './failure-groups.ts';
export { type EventParking, feedParking, type FeedParkingOptions, feedReplay } from './feed-parking.ts';
export {
  type DeadLetterAction,
  type DeadLetterOperations,
  deadLetterOperations,
  type DeadLetterSelection,
  type DiscardReport,
  type ReplayReport,
  type ReplayStop,
} from './dead-letter-operations.ts';
export type { DiscardOutcome } from './discard.ts';
export type { ReplayOutcome } from './replay.ts';
export { createMessageConsumer, type MessageConsumer, type MessageConsumerOptions } from './consumer.ts';
export { isHopelessError, isTransientError } from './message-errors.ts';
export type { MessageHandler } from './message-handler.ts';
export {
  type Gap,
  type Orphan,
  reconcile,
  type Reconciliation,
  type ReconciledService,
  type ReconcileOptions,
  republish,
} from './reconcile.ts';
