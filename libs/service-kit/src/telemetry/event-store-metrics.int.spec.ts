import { createAggregateStore, createEventStore, eventCodec } from '@daybook/eventstore';
import { memoryContainer, virtualRuntime } from '@daybook/ports';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { eventStoreMetrics } from './event-store-metrics.ts';

type Counted = { readonly type: 'Counted'; readonly data: { readonly by: number } };

it('writes, durations, request units and snapshots reach OpenTelemetry, by aggregate', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const runtime = virtualRuntime({ seed: 1 });
  const events = memoryContainer({
    name: 'events',
    runtime,
    partitionKey: (document) => String((document as { streamId?: unknown }).streamId),
    uniqueKeys: ['/dedup'],
  });
  const open = () =>
    createAggregateStore<number, Counted, number>({
      store: createEventStore({ container: events, runtime, metrics: eventStoreMetrics(provider.getMeter('test')) }),
      codec: eventCodec<Counted>({ Counted: { version: 1, schema: { parse: (data) => data } } }),
      decider: {
        initial: 0,
        decide: (by) => [{ type: 'Counted', data: { by } }],
        evolve: (total, { data }) => total + data.by,
      },
      category: 'counter',
      snapshots: { container: snapshots, every: 2, stateVersion: 1 },
    });
  const snapshots = memoryContainer({ name: 'snapshots', runtime, partitionKey: ({ id }) => id });
  const writer = open();
  for (const commandKey of ['a', 'b', 'b']) {
    const metadata = { commandKey, correlationId: 'c', causationId: 'c', actor: 'test', traceparent: '' };
    await writer.execute({ streamId: 'counter-1', command: 1, metadata });
  }
  await writer.settled();
  await open().load('counter-1');
  await reader.forceFlush();

  const found = exporter
    .getMetrics()
    .at(-1)
    ?.scopeMetrics.flatMap(({ metrics }) => metrics)
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => ({ name: descriptor.name, attributes, value })),
    );
  const aggregate = 'counter';
  expect(found).toEqual(
    expect.arrayContaining([
      { name: 'event_store.writes', attributes: { aggregate, outcome: 'appended' }, value: 2 },
      { name: 'event_store.writes', attributes: { aggregate, outcome: 'duplicate' }, value: 1 },
      { name: 'event_store.snapshot_writes', attributes: { aggregate, outcome: 'written' }, value: 1 },
      { name: 'event_store.snapshot_hits', attributes: { aggregate }, value: 1 },
      expect.objectContaining({ name: 'event_store.write_duration', attributes: { aggregate } }),
      expect.objectContaining({ name: 'event_store.request_units', attributes: { aggregate, operation: 'append' } }),
    ]),
  );
  await provider.shutdown();
});
