import type { CloudEvent } from '@daybook/contracts';
import type { HubConsumer, HubSubscription, PartitionLag, ReceivedMessage, Runtime } from '@daybook/ports';
import { parseCloudEvent } from './cloud-event.ts';
import type { DeadLetters } from './dead-letters.ts';
import { isHopelessError, isTransientError } from './message-errors.ts';

export interface MessageConsumerOptions {
  /** Names the consumer in its dead letters. */
  readonly name: string;
  readonly consumer: HubConsumer;
  /** Idempotent: messages come again, old ones too. */
  readonly handle: (message: CloudEvent) => Promise<void>;
  /**
   * Handles messages of one key that are in hand together, in order: cheaper than one by one. Resolves when all of them are done. When it
   * throws, some of them may be: they are then given to `handle` one by one, so that parking and trying again stay each message's own.
   * Where messages are parked by key it must not do one whose predecessor it could not do.
   */
  readonly handleTogether?: (messages: readonly CloudEvent[]) => Promise<void>;
  /** Messages given to `handleTogether` at once; default 50. */
  readonly maxTogether?: number;
  readonly deadLetters: DeadLetters;
  /**
   * What a message that cannot be handled takes with it into the dead letters. `key` (default): everything later of its key, for
   * messages that are a history, as a saga's inputs. `message`: nothing, for messages that stand each for itself, as commands of
   * different intents do: one that is wrong must not keep its target from all the others.
   */
  readonly parkBy?: 'key' | 'message';
  readonly runtime: Runtime;
  /** Errors that are not the message's fault, tried again without end; default {@link isTransientError}. */
  readonly isTransient?: (error: unknown) => boolean;
  /** Errors after which another attempt is pointless: the message is parked at once. Default {@link isHopelessError}. */
  readonly isHopeless?: (error: unknown) => boolean;
  /** Keys of one partition handled at the same time; default 32. */
  readonly maxConcurrentKeys?: number;
  /** After so many attempts that failed for neither reason the message is parked; default 5. */
  readonly maxAttempts?: number;
  /** Told of every failed attempt and of everything parked; for logs. */
  readonly onError?: (error: unknown, message?: ReceivedMessage, parked?: boolean) => void;
}

export interface MessageConsumer {
  start(): Promise<void>;
  /** Finishes what is in hand, up to the hub consumer's own limit. May be started again. */
  stop(): Promise<void>;
  /**
   * `retrying`: messages waiting for another attempt. `parkedKeys`: keys known here to be parked; one that was unblocked counts
   * until its next message comes. None where messages are parked alone.
   */
  health(): {
    readonly running: boolean;
    readonly retrying: number;
    readonly parkedKeys: number;
    /** Messages of the partitions held here that are stored and not done, as far as known. */
    readonly behind: number;
    readonly lag: readonly PartitionLag[];
    /** How long the hub has not answered, in milliseconds; it is asked every few seconds, also while idle. */
    readonly silentMs: number;
  };
}

const pauseMsMin = 100;
const pauseMsMax = 10_000;

/**
 * Hands messages to a handler: keys beside each other, each key in order. A message that keeps failing is parked, alone or with
 * everything later of its key (`parkBy`), and the partition moves on. A batch ends when all of it is handled or parked; while one of its messages is tried
 * again for a transient error, the other keys of the batch are handled, and the partition's next batch waits.
 */
export function createMessageConsumer(options: MessageConsumerOptions): MessageConsumer {
  const { name, consumer, handle, deadLetters, runtime, onError } = options;
  const { isTransient = isTransientError, isHopeless = isHopelessError } = options;
  const { parkBy = 'key', maxConcurrentKeys = 32, maxAttempts = 5, handleTogether, maxTogether = 50 } = options;
  const parked = new Set<string>();
  const nextOf = new Map<string, number>();
  let subscription: HubSubscription | undefined;
  let starting: Promise<void> = Promise.resolve();
  let stops = 0;
  let retrying = 0;

  // Only ever adds: what another partition parks during the query must not get lost. A key leaves when its marker is found gone.
  const load = async (): Promise<void> => {
    if (parkBy === 'message') return;
    for (const key of await deadLetters.load(name)) parked.add(key);
  };
  const park = async (message: ReceivedMessage, error: unknown, attempts: number): Promise<void> => {
    if (parkBy === 'message') await deadLetters.parkAlone(name, message, error, attempts);
    else {
      await deadLetters.park(name, message, error, attempts);
      parked.add(message.key);
    }
    onError?.(error, message, true);
  };
  const parkedBehind = async (message: ReceivedMessage): Promise<boolean> => {
    if (!parked.has(message.key)) return false;
    if (await deadLetters.parkBehind(name, message)) return true;
    parked.delete(message.key);
    return false;
  };
  const pause = async (attempt: number, signal: AbortSignal): Promise<void> => {
    retrying += 1;
    await runtime.sleep(runtime.random() * Math.min(pauseMsMax, pauseMsMin * 2 ** Math.min(attempt, 10)), signal);
    retrying -= 1;
  };

  const handleOne = async (message: ReceivedMessage, signal: AbortSignal): Promise<void> => {
    if (await parkedBehind(message)) return;
    const event = parseCloudEvent(message.body);
    if (event === undefined) return park(message, new Error('not a CloudEvent'), 0);
    let failed = 0;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        return await handle(event);
      } catch (error) {
        if (!isTransient(error)) failed += 1;
        if (failed >= maxAttempts || isHopeless(error)) return park(message, error, attempt);
        onError?.(error, message);
        await pause(attempt, signal);
      }
    }
  };

  /** False: these have to be handled one by one. */
  const handledTogether = async (messages: readonly ReceivedMessage[], signal: AbortSignal): Promise<boolean> => {
    const [first] = messages;
    if (handleTogether === undefined || first === undefined || messages.length < 2 || parked.has(first.key))
      return false;
    const events = messages.map(({ body }) => parseCloudEvent(body)).filter((event) => event !== undefined);
    if (events.length < messages.length) return false;
    signal.throwIfAborted();
    try {
      await handleTogether(events);
      return true;
    } catch (error) {
      onError?.(error, first);
      return false;
    }
  };

  /** Messages of one key, in order. */
  const handleLane = async (lane: readonly ReceivedMessage[], signal: AbortSignal): Promise<void> => {
    const size = handleTogether === undefined ? 1 : maxTogether;
    for (let from = 0; from < lane.length; from += size) {
      const group = lane.slice(from, from + size);
      if (await handledTogether(group, signal)) continue;
      for (const message of group) {
        signal.throwIfAborted();
        await handleOne(message, signal);
      }
    }
  };

  const handleAll = async (messages: readonly ReceivedMessage[], signal: AbortSignal): Promise<void> => {
    const lanes = [...Map.groupBy(messages, (message) => message.key).values()];
    const work = async (): Promise<void> => {
      for (let lane = lanes.shift(); lane !== undefined; lane = lanes.shift()) await handleLane(lane, signal);
    };
    const results = await Promise.allSettled(Array.from({ length: Math.min(maxConcurrentKeys, lanes.length) }, work));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };

  const onMessages = async (messages: readonly ReceivedMessage[], signal: AbortSignal): Promise<void> => {
    const [first] = messages;
    const last = messages.at(-1);
    if (first === undefined || last === undefined) return;
    const { partitionId } = first;
    const expected = nextOf.get(partitionId);
    nextOf.delete(partitionId);
    // A gap says that another instance had the partition meanwhile, and may have parked keys. So may this one have, before it failed.
    if (expected !== first.sequenceNumber) await load();
    await handleAll(messages, signal);
    nextOf.set(partitionId, last.sequenceNumber + 1);
  };

  const begin = async (): Promise<void> => {
    const stopsBefore = stops;
    try {
      await load();
    } catch (error) {
      // The first batch of each partition loads again, and waits until it can.
      if (!isTransientError(error)) throw error;
      onError?.(error);
    }
    if (stops !== stopsBefore) return;
    subscription = await consumer.subscribe({ onMessages, onError: (error) => onError?.(error) });
  };

  const lag = (): readonly PartitionLag[] => subscription?.lag() ?? [];

  return {
    start() {
      return (starting = begin());
    },
    async stop() {
      stops += 1;
      // What is being subscribed now has to be closed as well: nobody else would. That it failed is told by `start`.
      await starting.catch(() => undefined);
      await subscription?.close();
      subscription = undefined;
      nextOf.clear();
    },
    health: () => ({
      running: subscription !== undefined,
      retrying,
      parkedKeys: parked.size,
      behind: lag().reduce((sum, { behind = 0 }) => sum + behind, 0),
      lag: lag(),
      silentMs: subscription === undefined ? 0 : Math.max(0, runtime.now() - subscription.heardAtMs()),
    }),
  };
}
