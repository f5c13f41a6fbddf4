export {
  type CommandMessageFields,
  cloudEventOf,
  commandMessage,
  hubMessageId,
  parseCloudEvent,
} from './cloud-event.ts';
export { partitionOf } from './partition.ts';
export {
  createRelay,
  eventRoute,
  type Outgoing,
  type Relay,
  type RelayOptions,
  replyRoute,
  type Route,
} from './relay.ts';
export {
  type CommandSchema,
  CommandUnusable,
  createParticipant,
  isCommandUnusable,
  type ParticipantOptions,
} from './participant.ts';
export { createDeadLetters, type DeadLetters } from './dead-letters.ts';
export {
  createMessageConsumer,
  isTransientError,
  type MessageConsumer,
  type MessageConsumerOptions,
} from './consumer.ts';
