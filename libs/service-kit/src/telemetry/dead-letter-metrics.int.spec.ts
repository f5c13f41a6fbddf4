import type { FailureGroups } from '@daybook/messaging';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { observeDeadLetters } from './dead-letter-metrics.ts';

const group = (failed: number, behind: number): FailureGroups['groups'][number] =>
  ({ failed, behind }) as FailureGroups['groups'][number];

it('what is parked reaches OpenTelemetry by consumer; what cannot be counted is not called nothing', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const errors: unknown[] = [];
  const groups = (name: string): Promise<FailureGroups> =>
    name === 'broken'
      ? Promise.reject(new Error('no answer'))
      : Promise.resolve({ groups: name === 'order-commands' ? [group(2, 3), group(1, 0)] : [], complete: true });
  const consumers = () => [{ name: 'order-commands' }, { name: 'feed:read-models' }, { name: 'broken' }];
  observeDeadLetters({ groups }, consumers, (error) => errors.push(error), provider.getMeter('test'));
  await reader.forceFlush();

  const points = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => [attributes['consumer'], value]));
  expect(points).toEqual([
    ['order-commands', 6],
    ['feed:read-models', 0],
  ]);
  expect(errors).toHaveLength(1);
  await provider.shutdown();
});
