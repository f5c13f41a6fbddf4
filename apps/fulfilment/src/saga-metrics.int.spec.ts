import { virtualRuntime } from '@daybook/ports';
import type { StreamReader } from '@daybook/projections';
import type { SagaEvent, SagaListItem } from '@daybook/saga';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { countSagaEvents, observeSagas } from './saga-metrics.ts';

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

it('what sagas record is counted by their type and by the type of event', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const count = countSagaEvents(provider.getMeter('test'));
  for (const order of ['o1', 'o2']) count(`FulfilOrder:${order}`, { type: 'SagaCompleted' } as SagaEvent);
  count('ReturnOrder:o1/1', { type: 'SagaStarted' } as SagaEvent);
  await reader.forceFlush();
  const points = exporter.getMetrics()[0]?.scopeMetrics[0]?.metrics[0]?.dataPoints;
  expect(points?.map(({ attributes, value }) => ({ ...attributes, value }))).toEqual([
    { type: 'FulfilOrder', event: 'SagaCompleted', value: 2 },
    { type: 'ReturnOrder', event: 'SagaStarted', value: 1 },
  ]);
  await provider.shutdown();
});
