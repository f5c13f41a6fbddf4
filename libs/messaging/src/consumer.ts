import type { CloudEvent } from '@daybook/contracts';
import {
  type HubConsumer,
  type HubSubscription,
  isContainerError,
  isHubError,
  type ReceivedMessage,
  type Runtime,
} from '@daybook/ports';
import { parseCloudEvent } from './cloud-event.ts';
import type { DeadLetters } from './dead-letters.ts';

export interface MessageConsumerOptions {
  /** Names the consumer in its dead letters. */
  readonly name: string;
  readonly consumer: HubConsumer;
  readonly handle: (message: CloudEvent) => Promise<void>;
  readonly deadLetters: DeadLetters;
  readonly runtime: Runtime;
  /** Errors tried again without end; default: container and hub errors, and the event store's that say the same. */
  readonly isTransient?: (error: unknown) => boolean;
  /** Default 32. */
  readonly maxConcurrentKeys?: number;
  /** After so many the message is parked; default 5. */
  readonly maxAttempts?: number;
  readonly onError?: (error: unknown, message?: ReceivedMessage) => void;
}

export interface MessageConsumer {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** `retrying`: messages waiting for another attempt. */
  health(): { readonly running: boolean; readonly retrying: number; readonly parkedKeys: number };
}

const transientCodes = ['throttled', 'retry-with', 'unavailable', 'outcome-unknown'];
const transientNames = ['AppendOutcomeUnknown', 'ConcurrencyConflict', 'StreamBusy'];
const pauseMsMax = 10_000;

export function isTransientError(error: unknown): boolean {
  if (isContainerError(error) || isHubError(error)) return transientCodes.includes(error.code);
  return error instanceof Error && transientNames.includes(error.name);
}

export function createMessageConsumer(options: MessageConsumerOptions): MessageConsumer {
  const { name, consumer, handle, deadLetters, runtime, isTransient = isTransientError } = options;
  const { maxConcurrentKeys = 32, maxAttempts = 5, onError } = options;
  const parked = new Set<string>();
  const nextOf = new Map<string, number>();
  let subscription: HubSubscription | undefined;
  let retrying = 0;

  const load = async (): Promise<void> => {
    for (const key of await deadLetters.load(name)) parked.add(key);
  };
  const park = async (message: ReceivedMessage, error: unknown, attempts: number): Promise<void> => {
    await deadLetters.park(name, message, error, attempts);
    parked.add(message.key);
    onError?.(error, message);
  };
  const pause = async (attempt: number, signal: AbortSignal): Promise<void> => {
    retrying += 1;
    await runtime.sleep(runtime.random() * Math.min(pauseMsMax, 100 * 2 ** Math.min(attempt, 10)), signal);
    retrying -= 1;
  };

  const handleOne = async (message: ReceivedMessage, signal: AbortSignal): Promise<void> => {
    if (parked.has(message.key)) return park(message, 'behind a parked message of its key', 0);
    const event = parseCloudEvent(message.body);
    if (event === undefined) return park(message, 'not a CloudEvent', 0);
    let failed = 0;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        return await handle(event);
      } catch (error) {
        onError?.(error, message);
        if (!isTransient(error)) failed += 1;
        if (failed >= maxAttempts) return park(message, error, attempt);
        await pause(attempt, signal);
      }
    }
  };

  const onMessages = async (messages: readonly ReceivedMessage[], signal: AbortSignal): Promise<void> => {
    const [first] = messages;
    const last = messages.at(-1);
    if (first === undefined || last === undefined) return;
    // A gap says that another instance had the partition meanwhile, and may have parked keys.
    if (nextOf.get(first.partitionId) !== first.sequenceNumber) await load();
    const lanes = [...Map.groupBy(messages, (message) => message.key).values()];
    const work = async (): Promise<void> => {
      for (let lane = lanes.shift(); lane !== undefined; lane = lanes.shift()) {
        for (const message of lane) await handleOne(message, signal);
      }
    };
    const results = await Promise.allSettled(Array.from({ length: Math.min(maxConcurrentKeys, lanes.length) }, work));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    nextOf.set(first.partitionId, last.sequenceNumber + 1);
  };

  return {
    async start() {
      await load();
      subscription = await consumer.subscribe({ onMessages, onError: (error) => onError?.(error) });
    },
    async stop() {
      await subscription?.close();
      subscription = undefined;
    },
    health: () => ({ running: subscription !== undefined, retrying, parkedKeys: parked.size }),
  };
}
