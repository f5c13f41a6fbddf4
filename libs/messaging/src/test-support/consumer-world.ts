import type { CloudEvent } from '@daybook/contracts';
import {
  type Container,
  type ContainerCall,
  type Fault,
  type HubCall,
  memoryContainer,
  memoryHub,
  type ReceivedMessage,
  type VirtualRuntime,
  virtualRuntime,
} from '@daybook/ports';
import { createMessageConsumer, type MessageConsumer, type MessageConsumerOptions } from '../consumer.ts';
import { createDeadLetters, type DeadLetters } from '../dead-letters.ts';
import { partitionOf } from '../partition.ts';
import { command } from './messages.ts';

export const consumerName = 'commands';

export interface ConsumerWorld {
  readonly runtime: VirtualRuntime;
  readonly container: Container;
  readonly deadLetters: DeadLetters;
  /** What handlers have finished, in order. */
  readonly handled: string[];
  /** Ids whose handling fails, and how. */
  readonly failing: Map<string, Error>;
  /** Ids that are tried, with every attempt. */
  readonly attempts: string[];
  /** `a1` is the first message of key `a`. */
  send(...ids: readonly string[]): Promise<void>;
  /** A body that is no CloudEvent. */
  sendGarbage(key: string): Promise<void>;
  begin(owner: string, options?: Partial<MessageConsumerOptions> & { readonly batchMax?: number }): MessageConsumer;
  handle(message: CloudEvent): Promise<void>;
  /** Ids parked of one key, or of all. */
  parked(key?: string): Promise<readonly string[]>;
  /** Lets time pass until that many are handled. */
  untilHandled(count: number): Promise<boolean>;
}

export const nameOf = ({ id }: Pick<CloudEvent, 'id'>): string => id.slice(0, id.indexOf('/'));

export function createConsumerWorld(
  options: {
    readonly seed?: number;
    readonly partitions?: number;
    readonly hubFaults?: (call: HubCall, runtime: VirtualRuntime) => Fault | undefined;
    readonly containerFaults?: (call: ContainerCall, runtime: VirtualRuntime) => Fault | undefined;
  } = {},
): ConsumerWorld {
  const { seed = 1, partitions = 2 } = options;
  const runtime = virtualRuntime({ seed });
  const hub = memoryHub({
    name: 'hub',
    partitions,
    runtime,
    faults: (call) => options.hubFaults?.(call, runtime),
  });
  const container = memoryContainer({
    name: 'dead-letters',
    runtime,
    partitionKey: (document) => String(document['partition']),
    faults: (call) => options.containerFaults?.(call, runtime),
  });
  const deadLetters = createDeadLetters({ container, runtime });
  const handled: string[] = [];
  const attempts: string[] = [];
  const failing = new Map<string, Error>();

  const send = (key: string, messageId: string, body: unknown): Promise<void> =>
    hub.producer().send(String(partitionOf(key, partitions)), [{ messageId, key, body }]);

  const handle = async (message: CloudEvent): Promise<void> => {
    const name = nameOf(message);
    attempts.push(name);
    await runtime.sleep(1 + runtime.random() * 10);
    const error = failing.get(name);
    if (error !== undefined) throw error;
    handled.push(name);
  };

  return {
    runtime,
    container,
    deadLetters,
    handled,
    failing,
    attempts,
    handle,
    async send(...ids) {
      for (const id of ids) {
        const key = id.slice(0, 1);
        const body = command({ intentKey: id, target: `counter-${key}` });
        await send(key, body.id, body);
      }
    },
    sendGarbage: (key) => send(key, 'garbage', { not: 'a CloudEvent' }),
    begin(owner, { batchMax = 100, ...wanted } = {}) {
      const consumer = createMessageConsumer({
        name: consumerName,
        consumer: hub.consumer('group', { owner, batchMax }),
        handle,
        deadLetters,
        runtime,
        ...wanted,
      });
      void consumer.start();
      return consumer;
    },
    async parked(key) {
      const { messages } = await deadLetters.list(consumerName, key === undefined ? {} : { key });
      return messages.map(({ messageId }) => messageId.split('/')[0] ?? '');
    },
    untilHandled: (count) => runtime.advanceUntil(() => handled.length >= count, 600_000),
  };
}

/** A received message, for parking without a hub. */
export function received(id: string, sequenceNumber: number, key = id.slice(0, 1)): ReceivedMessage {
  const body = command({ intentKey: id, target: `counter-${key}` });
  const place = { partitionId: '0', sequenceNumber, offset: String(sequenceNumber), enqueuedAtMs: 0 };
  return { messageId: body.id, key, body, ...place };
}
