import type { HubName } from '@daybook/contracts';
import type { MessageConsumer, MessageHandler, Outbox } from '@daybook/messaging';
import type { HubProducer } from '@daybook/ports';
import { type Meter, metrics } from '@opentelemetry/api';
import { instruments } from './instruments.ts';

/** Looked through for one measurement of the outbox. */
const failedMax = 1_000;

/** Measurements of what a service sends and consumes. Gauges are asked for when they are collected; where no provider is registered nobody asks. */
export interface MessagingMetrics {
  /** The producer, with what it sends counted. */
  measuredProducer(producer: HubProducer): HubProducer;
  /** The handler, with the time of each attempt; messages handled together took as long each. */
  measuredHandler(hub: HubName, handler: MessageHandler): MessageHandler;
  /** How far a consumer is behind in each partition that it holds. */
  observeHubLag(hub: HubName, consumer: Pick<MessageConsumer, 'health'>): void;
  /** What the outbox could not publish: a query for each measurement. */
  observeOutbox(outbox: Pick<Outbox, 'list'>, onError: (error: unknown) => void): void;
}

export function messagingMetrics(
  meter: Meter = metrics.getMeter('@daybook/messaging'),
  now: () => number = () => performance.now(),
): MessagingMetrics {
  const { counter, histogram, gauge } = instruments(meter);
  const sent = counter('messaging.client.sent.messages');
  const duration = histogram('messaging.process.duration');
  const lag = gauge('messaging.consumer_lag');

  const measured = async (hub: HubName, messages: number, work: () => Promise<void>): Promise<void> => {
    const startedMs = now();
    const record = (outcome: 'done' | 'failed'): void => {
      const seconds = (now() - startedMs) / 1_000;
      for (let message = 0; message < messages; message += 1) duration.record(seconds, { hub, outcome });
    };
    try {
      await work();
      record('done');
    } catch (error) {
      record('failed');
      throw error;
    }
  };

  return {
    measuredProducer: (producer) => ({
      ...producer,
      hub: producer.hub,
      partitionIds: () => producer.partitionIds(),
      async send(partitionId, messages) {
        const { hub } = producer;
        try {
          await producer.send(partitionId, messages);
          sent.add(messages.length, { hub, outcome: 'sent' });
        } catch (error) {
          sent.add(messages.length, { hub, outcome: 'failed' });
          throw error;
        }
      },
      close: () => producer.close(),
    }),
    measuredHandler(hub, handler) {
      const { handleTogether } = handler;
      const handle: MessageHandler = (message) => measured(hub, 1, () => handler(message));
      if (handleTogether === undefined) return handle;
      return Object.assign(handle, {
        handleTogether: (messages: Parameters<typeof handleTogether>[0]) =>
          measured(hub, messages.length, () => handleTogether(messages)),
      });
    },
    observeHubLag(hub, consumer) {
      const reported = new Set<string>();
      lag.addCallback((result) => {
        const held = new Map(consumer.health().lag.map(({ partitionId, behind }) => [partitionId, behind]));
        for (const [partition, behind] of held) {
          if (behind === undefined) continue;
          reported.add(partition);
          result.observe(behind, { hub, partition });
        }
        // What is not observed any more goes on with its last value: a partition that another instance has by now is not ours to tell of.
        for (const partition of reported) if (!held.has(partition)) result.observe(0, { hub, partition });
      });
    },
    observeOutbox(outbox, onError) {
      gauge('messaging.outbox_failed').addCallback(async (result) => {
        try {
          result.observe((await outbox.list('FAILED', { limit: failedMax })).length);
        } catch (error) {
          // What could not be counted stays what it was: a 0 would say that all is well.
          onError(error);
        }
      });
    },
  };
}
