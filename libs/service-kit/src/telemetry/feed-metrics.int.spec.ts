import { createFeedProcessor, type FeedHealth } from '@daybook/change-feed';
import { memoryContainer, virtualRuntime } from '@daybook/ports';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { feedMetrics } from './feed-metrics.ts';

it('the lag of each range reaches OpenTelemetry and is what health says; after the stop it is 0', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const runtime = virtualRuntime({ seed: 1 });
  const partitionKey = ({ id }: { readonly id: string }): string => id;
  const source = memoryContainer({ name: 'source', runtime, partitionKey, feedRanges: 2 });
  const feed = createFeedProcessor({
    ...{ name: 'read-models', instance: 'one', source, runtime },
    leases: memoryContainer({ name: 'leases', runtime, partitionKey }),
    keyOf: partitionKey,
    handleKey: () => new Promise(() => undefined),
    limits: { minRanges: 2 },
    metrics: feedMetrics(provider.getMeter('test')),
  });
  const collected = async (): Promise<readonly { readonly name: string; readonly values: readonly unknown[] }[]> => {
    exporter.reset();
    await reader.forceFlush();
    const found = exporter.getMetrics().at(-1)?.scopeMetrics ?? [];
    return found
      .flatMap(({ metrics }) => metrics)
      .map(({ descriptor, dataPoints }) => ({
        name: descriptor.name,
        values: dataPoints.map(({ attributes, value }) => ({ ...attributes, value })),
      }));
  };
  const expected = (of: (range: FeedHealth['ranges'][number]) => number) =>
    feed.health().ranges.map((range) => ({ feed: 'read-models', range: range.id, value: of(range) }));

  await feed.start();
  await source.batch('a', [{ kind: 'create', document: { id: 'a' } }]);
  await runtime.advance(9_000);
  expect(feed.health().lagSeconds).toBeGreaterThan(7);
  const found = await collected();
  const values = (name: string) => found.find((each) => each.name === name)?.values;
  expect(values('projection.lag_seconds')).toEqual(expect.arrayContaining(expected(({ lagSeconds }) => lagSeconds)));
  expect(values('projection.lag_events')).toEqual(expect.arrayContaining(expected(({ lagEvents }) => lagEvents)));

  const stopped = feed.stop();
  await runtime.advance(20_000);
  await stopped;
  const left = (await collected()).flatMap((each) => each.values);
  expect(left).toHaveLength(4);
  for (const each of left) expect(each).toMatchObject({ feed: 'read-models', value: 0 });
  await provider.shutdown();
});
