import type { Consumers, ConsumerStatus } from './amqp/consumers.ts';
import type { Namespace } from './log/namespace.ts';

/** A receiver and how far it is behind the end of its partition. */
export interface ConsumerLag extends ConsumerStatus {
  /** Events that were not sent to it yet. */
  readonly undeliveredEvents: number;
}

/** A partition with its ends and its readers. */
export interface PartitionLag {
  readonly partition: string;
  /** 0; nothing is ever removed. */
  readonly firstSequenceNumber: number;
  /** -1 when it is empty. */
  readonly lastSequenceNumber: number;
  /** Milliseconds since 1970; undefined when it is empty. */
  readonly lastEnqueuedMs: number | undefined;
  readonly consumers: readonly ConsumerLag[];
}

/** A hub with its partitions. */
export interface HubLag {
  readonly hub: string;
  readonly partitions: readonly PartitionLag[];
}

/** How far each consumer group is behind, as far as a broker can know: what was delivered, not what was processed. */
export const lagOf = (namespace: Namespace, consumers: Consumers): readonly HubLag[] =>
  namespace.hubs().map(({ name, partitions }) => ({
    hub: name,
    partitions: partitions.map(({ number, tail }) => {
      const { sequenceNumber, enqueuedMs } = tail();
      return {
        partition: String(number),
        firstSequenceNumber: 0,
        lastSequenceNumber: sequenceNumber,
        lastEnqueuedMs: sequenceNumber < 0 ? undefined : enqueuedMs,
        consumers: consumers.of(name, number).map((consumer) => ({
          ...consumer,
          undeliveredEvents: Math.max(0, sequenceNumber - consumer.deliveredSequenceNumber),
        })),
      };
    }),
  }));
