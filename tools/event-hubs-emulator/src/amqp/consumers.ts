import type { Entity } from './paths.ts';

/** A receiver of a partition as the broker sees it. What it has processed, only its checkpoints know. */
export interface ConsumerStatus {
  readonly consumerGroup: string;
  /** The name the client gave its receiver. */
  readonly receiver: string;
  /** The owner level, where it has one. */
  readonly epoch: number | undefined;
  /** False: it has gone, and nobody else has come to this partition for its group since. */
  readonly attached: boolean;
  /** The last event that was sent to it; the one before its starting position when there was none yet. */
  readonly deliveredSequenceNumber: number;
  /** The last event that its client has settled, that is, taken in. */
  readonly settledSequenceNumber: number;
  /** How many more events it has asked for. */
  readonly creditEvents: number;
}

/** What one receiver reports. */
export interface ConsumerSource {
  readonly receiver: string;
  readonly epoch: number | undefined;
  progress(): Pick<ConsumerStatus, 'deliveredSequenceNumber' | 'settledSequenceNumber' | 'creditEvents'>;
}

/** Who reads which partition, and how far. */
export interface Consumers {
  /** Until the returned function is called. */
  track(entity: Entity, source: ConsumerSource): () => void;
  /** The receivers of a partition, by consumer group. */
  of(hub: string, partition: number): readonly ConsumerStatus[];
}

export function createConsumers(): Consumers {
  const attached = new Map<string, Map<ConsumerSource, string>>();
  /** The last to go from a partition, by consumer group. */
  const gone = new Map<string, Map<string, ConsumerStatus>>();
  const keyOf = (hub: string, partition: number | undefined): string => `${hub.toLowerCase()}/${partition}`;
  const status = (source: ConsumerSource, consumerGroup: string, isAttached: boolean): ConsumerStatus => ({
    consumerGroup,
    receiver: source.receiver,
    epoch: source.epoch,
    attached: isAttached,
    ...source.progress(),
  });

  return {
    track({ hub, partition, consumerGroup = '' }, source) {
      const key = keyOf(hub.name, partition?.number);
      const here = attached.get(key) ?? new Map<ConsumerSource, string>();
      attached.set(key, here.set(source, consumerGroup));
      gone.get(key)?.delete(consumerGroup);
      return () => {
        if (!here.delete(source)) return;
        if ([...here.values()].includes(consumerGroup)) return;
        const left = gone.get(key) ?? new Map<string, ConsumerStatus>();
        gone.set(key, left.set(consumerGroup, { ...status(source, consumerGroup, false), creditEvents: 0 }));
      };
    },
    of(hub, partition) {
      const key = keyOf(hub, partition);
      const here = [...(attached.get(key) ?? [])].map(([source, group]) => status(source, group, true));
      const all = [...here, ...(gone.get(key)?.values() ?? [])];
      return all.sort((left, right) => (left.consumerGroup < right.consumerGroup ? -1 : 1));
    },
  };
}
