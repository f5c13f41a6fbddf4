import { virtualRuntime } from '@daybook/ports';
import type { StreamReader } from '@daybook/projections';
import type { SagaListItem } from '@daybook/saga';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { observeSagas } from './saga-metrics.ts';

const startMs = Date.UTC(2010, 11, 1);
const saga = (step: string, movedMsAgo: number, status: SagaListItem['status'] = 'running') =>
  ({ type: 'FulfilOrder', status, step, updatedAt: new Date(startMs - movedMsAgo).toISOString() }) as SagaListItem;

it('unfinished sagas reach OpenTelemetry by type, status and step, with the longest wait; those that are gone as none', async () => {
  let items: readonly SagaListItem[] = [
    saga('ship', 90_000),
    saga('ship', 30_000),
    saga('undo reserve', 5_000, 'parked'),
  ];
  const list = { list: () => Promise.resolve({ items }) } as unknown as StreamReader<SagaListItem>;
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const fail = (error: unknown): never => {
    throw error;
  };
  observeSagas({ list, runtime: virtualRuntime({ startMs }), onError: fail, meter: provider.getMeter('test') });
  const collected = async (): Promise<readonly unknown[]> => {
    exporter.reset();
    await reader.forceFlush();
    return exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics)
      .flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => [descriptor.name, attributes['status'], attributes['step'], value]),
      );
  };

  expect(await collected()).toEqual([
    ['saga.unfinished', 'running', 'ship', 2],
    ['saga.unfinished', 'parked', 'undo reserve', 1],
    ['saga.longest_wait', 'running', 'ship', 90],
    ['saga.longest_wait', 'parked', 'undo reserve', 5],
  ]);
  items = items.slice(0, 2);
  expect(await collected()).toContainEqual(['saga.unfinished', 'parked', 'undo reserve', 0]);
  await provider.shutdown();
});
