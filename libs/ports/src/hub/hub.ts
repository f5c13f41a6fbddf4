/** A message to a hub. */
export interface HubMessage {
  /** Consumers drop what they have already handled by it. 1 to 256 characters, as a CloudEvent's id. */
  readonly messageId: string;
  /** Messages of one key stay in order and meet one consumer at a time: the stream, the command's target, or the saga. */
  readonly key: string;
  /** JSON. */
  readonly body: unknown;
}

export interface ReceivedMessage extends HubMessage {
  readonly partitionId: string;
  readonly sequenceNumber: number;
  readonly offset: string;
  readonly enqueuedAtMs: number;
}

/** Sends to one hub. */
export interface HubProducer {
  readonly hub: string;
  partitionIds(): Promise<readonly string[]>;
  /**
   * Sends messages to one partition in the given order, in as few batches as the size limit allows. Resolves when the hub has
   * stored all of them. On an error some may have been stored: send all again; consumers drop what they have seen.
   *
   * @throws HubError
   */
  send(partitionId: string, messages: readonly HubMessage[]): Promise<void>;
  close(): Promise<void>;
}

export interface HubHandler {
  /**
   * Handles messages of one partition, in order; the next call for that partition comes after this one has resolved.
   * Only after it has resolved may `checkpoint` move past them, so what was not finished comes again. An error that it throws
   * stops nothing: the same messages are given again after a pause, and none behind them before.
   *
   * The signal is aborted when the consumer has given up waiting, at close or because another instance took the partition. From
   * then on nothing that this call does moves the checkpoint, so it may end in any way.
   */
  onMessages(messages: readonly ReceivedMessage[], signal: AbortSignal): Promise<void>;
  /** The subscription keeps going after these; they are told for logs and health. */
  onError?(error: unknown): void;
}

/** How far a consumer is behind in one partition. */
export interface PartitionLag {
  readonly partitionId: string;
  /** Messages stored and not done; absent until both are known. */
  readonly behind?: number;
}

export interface HubSubscription {
  /** Partitions held at the moment. */
  partitions(): readonly string[];
  /** When the hub last showed that it is there, in milliseconds since the epoch; asked every few seconds, also while idle. */
  heardAtMs(): number;
  /** Of the partitions held at the moment, as last heard from the hub: a few seconds old at most. */
  lag(): readonly PartitionLag[];
  /** Finishes what is being handled (up to the consumer's limit), writes checkpoints, releases the partitions. */
  close(): Promise<void>;
}

/** Receives from one hub as one consumer group, sharing the partitions with every other instance of the group. */
export interface HubConsumer {
  readonly hub: string;
  readonly group: string;
  /** At least once, in order per partition, from the checkpoint or, without one, from the beginning of what the hub retains. */
  subscribe(handler: HubHandler): Promise<HubSubscription>;
}

/** Reads what a hub retains, as nobody's consumer: it owns nothing and leaves no checkpoint. */
export interface HubReader {
  readonly hub: string;
  partitionIds(): Promise<readonly string[]>;
  /**
   * Gives the messages of a partition in order, from the oldest that is retained to the newest of the moment when it was called.
   *
   * @returns `removed`: older messages were there once and are gone by their age
   * @throws HubError; `unavailable` where the end was not reached because nothing came for long
   */
  read(
    partitionId: string,
    onMessages: (messages: readonly ReceivedMessage[]) => void,
  ): Promise<{ readonly removed: boolean }>;
}

/**
 * - `unavailable`: not reachable or throttled; try again. Part of a send may have been stored.
 * - `too-large`: one message is larger than the hub takes. - `not-found`: no such hub, group or partition.
 * - `forbidden`: credentials are not accepted.
 */
export type HubErrorCode = 'unavailable' | 'too-large' | 'not-found' | 'forbidden';

const hubErrorName = 'HubError';

export class HubError extends Error {
  readonly code: HubErrorCode;
  readonly hub: string;

  constructor(code: HubErrorCode, hub: string, message: string, options: { cause?: unknown } = {}) {
    super(`${hub}: ${message}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = hubErrorName;
    this.code = code;
    this.hub = hub;
  }
}

export function isHubError(error: unknown): error is HubError {
  return error instanceof Error && error.name === hubErrorName;
}
