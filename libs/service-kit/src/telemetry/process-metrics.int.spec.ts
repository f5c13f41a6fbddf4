import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { observeProcess } from './process-metrics.ts';

it('how late the event loop was since the last time, and the memory of the process', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const end = observeProcess(provider.getMeter('test'));
  const collected = async (): Promise<Record<string, number>> => {
    exporter.reset();
    await reader.forceFlush();
    const found =
      exporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
    return Object.fromEntries(
      found.map(({ descriptor, dataPoints }) => [descriptor.name, Number(dataPoints[0]?.value)]),
    );
  };
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));
  await pause();
  const until = performance.now() + 300;
  while (performance.now() < until);
  await pause();
  const busy = await collected();
  expect(busy['nodejs.eventloop.delay.p99']).toBeGreaterThan(0.2);
  expect(busy['process.memory.usage']).toBeGreaterThan(20_000_000);
  await pause();
  expect((await collected())['nodejs.eventloop.delay.p99']).toBeLessThan(0.2);
  end();
  await provider.shutdown();
});
