import type { Fault } from '../container/fault.ts';
import type { Runtime } from '../runtime/runtime.ts';
import {
  type HubConsumer,
  HubError,
  type HubMessage,
  type HubProducer,
  type HubReader,
  type ReceivedMessage,
} from './hub.ts';
import { type MemoryGroup, memoryGroup } from './memory-group.ts';

/** What is about to be done, for {@link MemoryHubOptions.faults}. */
export interface HubCall {
  readonly hub: string;
  readonly kind: 'send' | 'checkpoint';
  readonly partitionId: string;
  /** Whose checkpoint it is. */
  readonly owner?: string;
}

export interface MemoryHubOptions {
  readonly name: string;
  /** 1 to 1,024; their ids are `0`, `1`, … */
  readonly partitions: number;
  readonly runtime: Runtime;
  /**
   * Asked before every send and every checkpoint. A checkpoint that fails is not written and told to nobody: its messages come
   * again when the partition changes hands.
   */
  readonly faults?: (call: HubCall) => Fault | undefined;
}

export interface MemoryHub {
  producer(): HubProducer;
  consumer(group: string, options: MemoryConsumerOptions): HubConsumer;
  reader(): HubReader;
  /** All that a partition holds, for assertions. */
  stored(partitionId: string): readonly ReceivedMessage[];
}

export interface MemoryConsumerOptions {
  /** Names the instance within its group, for logs. */
  readonly owner: string;
  /** Messages given to the handler at once: 1 to 1,000, default 100. */
  readonly batchMax?: number;
  /** How long `close` waits for what is in hand, in milliseconds; default 10,000. */
  readonly closeLimitMs?: number;
}

const messageBytesMax = 1_024 * 1_024;
const messageIdLengthMax = 256;

/** A hub in memory: for tests, and for simulation under virtual time. Its messages are frozen. */
export function memoryHub(options: MemoryHubOptions): MemoryHub {
  const { name, runtime } = options;
  const logs = new Map<string, ReceivedMessage[]>(
    Array.from({ length: options.partitions }, (_, index) => [String(index), []]),
  );
  const groups = new Map<string, MemoryGroup>();
  const fault = (call: Omit<HubCall, 'hub'>): Fault | undefined => options.faults?.({ hub: name, ...call });
  const logOf = (partitionId: string): ReceivedMessage[] => {
    const log = logs.get(partitionId);
    if (log === undefined) throw new HubError('not-found', name, `no partition ${partitionId}`);
    return log;
  };

  const store = (partitionId: string, messages: readonly HubMessage[], bodies: readonly string[]): void => {
    const log = logOf(partitionId);
    for (const [index, { messageId, key }] of messages.entries()) {
      const sequenceNumber = log.length;
      const place = { partitionId, sequenceNumber, offset: String(sequenceNumber), enqueuedAtMs: runtime.now() };
      log.push(freeze({ messageId, key, body: JSON.parse(bodies[index] ?? 'null'), ...place }));
    }
    for (const group of groups.values()) group.arrived(partitionId);
  };

  return {
    producer() {
      let closed = false;
      return {
        hub: name,
        partitionIds: async () => [...logs.keys()],
        async send(partitionId, messages) {
          if (closed) throw new HubError('unavailable', name, 'the producer is closed');
          logOf(partitionId);
          const bodies = messages.map((message) => wireForm(name, message));
          const planned = fault({ kind: 'send', partitionId });
          if (planned === undefined || planned === 'executed-but-lost') store(partitionId, messages, bodies);
          await Promise.resolve();
          if (planned !== undefined) throw new HubError('unavailable', name, `send failed (${planned})`);
        },
        async close() {
          closed = true;
        },
      };
    },
    consumer(group, consumerOptions) {
      const members = groups.get(group) ?? memoryGroup({ logs, runtime, fault });
      groups.set(group, members);
      return { hub: name, group, subscribe: async (handler) => members.join(handler, consumerOptions) };
    },
    reader: () => ({
      hub: name,
      partitionIds: async () => [...logs.keys()],
      async read(partitionId, onMessages) {
        const messages = [...logOf(partitionId)];
        if (messages.length > 0) onMessages(messages);
        return { removed: false };
      },
    }),
    stored: (partitionId) => [...logOf(partitionId)],
  };
}

/** The message's body as it travels. @throws HubError */
function wireForm(hub: string, { messageId, body }: HubMessage): string {
  if (messageId.length < 1 || messageId.length > messageIdLengthMax) {
    throw new HubError('too-large', hub, `messageId must have 1 to ${messageIdLengthMax} characters: ${messageId}`);
  }
  const text = JSON.stringify(body ?? null);
  if (Buffer.byteLength(text) > messageBytesMax) {
    throw new HubError('too-large', hub, `message ${messageId} is larger than 1 MB`);
  }
  return text;
}

function freeze<V>(value: V): V {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}
