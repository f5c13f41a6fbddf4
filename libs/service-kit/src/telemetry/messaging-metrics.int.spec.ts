import { createDeadLetters, createMessageConsumer, commandMessage } from '@daybook/messaging';
import { memoryContainer, memoryHub, virtualRuntime } from '@daybook/ports';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { messagingMetrics } from './messaging-metrics.ts';

it('how far a consumer is behind reaches OpenTelemetry, and is what health says', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const runtime = virtualRuntime({ seed: 1 });
  const hub = memoryHub({ name: 'order-commands', partitions: 2, runtime });
  const letters = memoryContainer({ name: 'letters', runtime, partitionKey: ({ partition }) => String(partition) });
  const hold = Promise.withResolvers<void>();
  const consumer = createMessageConsumer({
    ...{ name: 'order-commands', consumer: hub.consumer('order', { owner: 'one' }), runtime },
    handle: () => hold.promise,
    deadLetters: createDeadLetters({ container: letters, runtime }),
  });
  messagingMetrics(provider.getMeter('test')).observeHubLag('order-commands', consumer);
  const collected = async (): Promise<readonly object[]> => {
    exporter.reset();
    await reader.forceFlush();
    const found = exporter.getMetrics().at(-1)?.scopeMetrics ?? [];
    return found
      .flatMap(({ metrics }) => metrics)
      .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ ...attributes, value })));
  };

  const body = commandMessage({
    ...{ messageId: 'm', intentKey: 'm', service: 'fulfilment', type: 'ConfirmOrder', target: 'order-a', data: {} },
    ...{ time: '2010-12-01T08:26:00.000Z', correlationId: 'c', causationId: 'e', actor: 'service:fulfilment' },
    traceparent: '',
  });
  await hub.producer().send('1', [
    { messageId: 'a', key: 'a', body },
    { messageId: 'b', key: 'b', body },
  ]);
  await consumer.start();
  await runtime.advance(1_000);
  const of = (behind: number): object[] => [
    { hub: 'order-commands', partition: '0', value: 0 },
    { hub: 'order-commands', partition: '1', value: behind },
  ];
  expect(await collected()).toEqual(of(2));
  expect(consumer.health().behind).toBe(2);
  hold.resolve();
  await runtime.advance(1_000);
  expect(await collected()).toEqual(of(0));
  await provider.shutdown();
});
