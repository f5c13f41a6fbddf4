import type { EventHubConsumerClient, PartitionProperties } from '@azure/event-hubs';
import type { Runtime } from '@daybook/ports';

/**
 * Asks the hub, every few seconds, whether it is there, which the SDK hides from its handlers, and how far the partitions held here have
 * been filled.
 */
export interface Pulse {
  /** When the hub last answered, in milliseconds since the epoch; at first, when the asking began. */
  heardAtMs(): number;
  /** Sequence number of the last message stored in a partition, as last heard; -1 where there never was one. */
  lastEnqueued(partitionId: string): number | undefined;
  /** Asks for one partition now. @throws what the SDK throws */
  partition(partitionId: string): Promise<PartitionProperties>;
  stop(): void;
}

const everyMs = 5_000;
const answerLimitMs = 5_000;

export function takePulse(
  client: Pick<EventHubConsumerClient, 'getEventHubProperties' | 'getPartitionProperties'>,
  runtime: Runtime,
  held: () => readonly string[],
): Pulse {
  const stopping = new AbortController();
  const lastEnqueued = new Map<string, number>();
  let heardAtMs = runtime.now();

  const partition = async (partitionId: string, abortSignal: AbortSignal): Promise<PartitionProperties> => {
    const properties = await client.getPartitionProperties(partitionId, { abortSignal });
    lastEnqueued.set(partitionId, properties.lastEnqueuedSequenceNumber);
    return properties;
  };

  const ask = async (): Promise<void> => {
    const answered = new AbortController();
    const giveUp = new AbortController();
    void runtime.sleep(answerLimitMs, answered.signal).then(() => giveUp.abort());
    const signal = AbortSignal.any([giveUp.signal, stopping.signal]);
    try {
      await client.getEventHubProperties({ abortSignal: signal });
      heardAtMs = runtime.now();
      for (const partitionId of held()) await partition(partitionId, signal);
    } catch {
      // Silence is the message: the subscription's own errors go to its handler.
    } finally {
      answered.abort();
    }
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await runtime.sleep(everyMs, stopping.signal);
      if (!stopping.signal.aborted) await ask();
    }
  };
  void run();

  return {
    heardAtMs: () => heardAtMs,
    lastEnqueued: (partitionId) => lastEnqueued.get(partitionId),
    partition: (partitionId) => partition(partitionId, stopping.signal),
    stop: () => stopping.abort(),
  };
}
