import type { Fault } from '../container/fault.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type HubConsumer, HubError, type HubMessage, type HubProducer, type ReceivedMessage } from './hub.ts';
import { type MemoryGroup, memoryGroup } from './memory-group.ts';

/** What is about to be done, for {@link MemoryHubOptions.faults}. */
export interface HubCall {
  readonly hub: string;
  readonly kind: 'send' | 'checkpoint';
  readonly partitionId: string;
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
  const fault = (kind: HubCall['kind'], partitionId: string): Fault | undefined =>
    options.faults?.({ hub: name, kind, partitionId });
  const logOf = (partitionId: string): ReceivedMessage[] => {
    const log = logs.get(partitionId);
    if (log === undefined) throw new HubError('not-found', name, `no partition ${partitionId}`);
    return log;
  };

  const store = (partitionId: string, messages: readonly HubMessage[]): void => {
    const log = logOf(partitionId);
    for (const { messageId, key, body } of messages) {
      const sequenceNumber = log.length;
      const place = { partitionId, sequenceNumber, offset: String(sequenceNumber), enqueuedAtMs: runtime.now() };
      log.push(freeze({ messageId, key, body: wireForm(body), ...place }));
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
          for (const message of messages) checkMessage(name, message);
          const planned = fault('send', partitionId);
          if (planned === undefined || planned === 'executed-but-lost') store(partitionId, messages);
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
    stored: (partitionId) => [...logOf(partitionId)],
  };
}

function checkMessage(hub: string, message: HubMessage): void {
  if (message.messageId.length < 1 || message.messageId.length > messageIdLengthMax) {
    throw new HubError(
      'too-large',
      hub,
      `messageId must have 1 to ${messageIdLengthMax} characters: ${message.messageId}`,
    );
  }
  if (Buffer.byteLength(JSON.stringify(message.body) ?? '') > messageBytesMax) {
    throw new HubError('too-large', hub, `message ${message.messageId} is larger than 1 MB`);
  }
}

function wireForm(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body ?? null));
}

function freeze<V>(value: V): V {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}
