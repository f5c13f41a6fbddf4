import type { CloudEvent } from '@daybook/contracts';
import type { MessageConsumer, Outbox } from '@daybook/messaging';
import type { HubProducer } from '@daybook/ports';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { messagingMetrics } from './messaging-metrics.ts';

let nowMs = 0;
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 });
const provider = new MeterProvider({ readers: [reader] });
const metrics = messagingMetrics(provider.getMeter('test'), () => nowMs);
afterAll(() => provider.shutdown());

const collected = async (name: string): Promise<readonly object[]> => {
  exporter.reset();
  await reader.forceFlush();
  const found =
    exporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  return found
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ ...attributes, value })));
};

const message = { id: 'm1', type: 'ConfirmOrder' } as CloudEvent;

it('what is given to a hub is counted, and what it did not take', async () => {
  let away = false;
  const producer: HubProducer = {
    hub: 'order-events',
    partitionIds: () => Promise.resolve(['0']),
    send: () => (away ? Promise.reject(new Error('away')) : Promise.resolve()),
    close: () => Promise.resolve(),
  };
  const measured = metrics.measuredProducer(producer);
  const outgoing = [1, 2, 3].map((n) => ({ messageId: `m${n}`, key: 'k', body: {} }));
  expect(await measured.partitionIds()).toEqual(['0']);
  await measured.send('0', outgoing);
  away = true;
  await expect(measured.send('0', outgoing.slice(1))).rejects.toThrow('away');
  expect(await collected('messaging.client.sent.messages')).toEqual([
    { hub: 'order-events', outcome: 'sent', value: 3 },
    { hub: 'order-events', outcome: 'failed', value: 2 },
  ]);
});

it('each attempt to handle a message is measured; those handled together took as long each', async () => {
  let fails = true;
  const handler = Object.assign(
    async () => {
      nowMs += 100;
      if (fails) throw new Error('cannot');
    },
    { handleTogether: async () => void (nowMs += 300) },
  );
  const measured = metrics.measuredHandler('order-commands', handler);
  await expect(measured(message)).rejects.toThrow('cannot');
  fails = false;
  await measured(message);
  await measured.handleTogether?.([message, message]);
  expect(await collected('messaging.process.duration')).toEqual([
    { hub: 'order-commands', outcome: 'failed', value: expect.objectContaining({ count: 1, sum: 0.1 }) },
    { hub: 'order-commands', outcome: 'done', value: expect.objectContaining({ count: 3, sum: 0.7 }) },
  ]);
});

it('what the outbox could not publish is counted; what cannot be counted stays what it was', async () => {
  let broken = false;
  const errors: unknown[] = [];
  const list = () => (broken ? Promise.reject(new Error('no answer')) : Promise.resolve([{}, {}]));
  metrics.observeOutbox({ list } as unknown as Outbox, (error) => errors.push(error));
  expect(await collected('messaging.outbox_failed')).toEqual([{ value: 2 }]);
  broken = true;
  expect(await collected('messaging.outbox_failed')).toEqual([{ value: 2 }]);
  expect(errors).toHaveLength(1);
});

it('a partition that another instance has taken is not behind here any more', async () => {
  let lag = [
    { partitionId: '0', behind: 7 },
    { partitionId: '1', behind: 5 },
  ];
  const health = () => ({ lag }) as unknown as ReturnType<MessageConsumer['health']>;
  metrics.observeHubLag('payment-commands', { health });
  const of = (zero: number, one: number): object[] => [
    { hub: 'payment-commands', partition: '0', value: zero },
    { hub: 'payment-commands', partition: '1', value: one },
  ];
  expect(await collected('messaging.consumer_lag')).toEqual(of(7, 5));
  lag = lag.slice(0, 1);
  expect(await collected('messaging.consumer_lag')).toEqual(of(7, 0));
});
