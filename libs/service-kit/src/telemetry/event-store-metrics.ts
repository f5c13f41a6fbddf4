import type { CounterName, EventStoreMetrics, HistogramName } from '@daybook/eventstore';
import { type Counter, type Histogram, type Meter, type MetricAdvice, metrics } from '@opentelemetry/api';

const counters: Readonly<Record<CounterName, string>> = {
  'event_store.writes': 'Commands whose append was answered',
  'event_store.conflicts': 'Appends that lost a race',
  'event_store.snapshot_hits': 'Loads that began at a snapshot',
  'event_store.snapshot_misses': 'Loads that should have begun at a snapshot and did not',
  'event_store.snapshot_writes': 'Snapshots that were written, or not',
};

const histograms: Readonly<
  Record<HistogramName, { readonly description: string; readonly unit: string; readonly advice?: MetricAdvice }>
> = {
  'event_store.write_duration': {
    description: 'Time an append took, retries included',
    unit: 's',
    // The defaults are made for milliseconds. Finer around what is aimed at, 0.05 s, and what is too much, 0.2 s.
    advice: { explicitBucketBoundaries: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10] },
  },
  'event_store.batch_commands': { description: 'Commands appended as one batch', unit: '{command}' },
  'event_store.request_units': { description: 'Request units of an operation', unit: '{RU}' },
  'event_store.round_trips': { description: 'Round trips of an operation', unit: '{request}' },
};

/** The event store's measurements as OpenTelemetry metrics. Where no provider is registered they go nowhere, at no cost. */
export function eventStoreMetrics(meter: Meter = metrics.getMeter('@daybook/eventstore')): EventStoreMetrics {
  const counterOf = mapValues(counters, (description, name): Counter => meter.createCounter(name, { description }));
  const histogramOf = mapValues(histograms, (options, name): Histogram => meter.createHistogram(name, options));
  return {
    count: (name, value, attributes) => counterOf[name].add(value, { ...attributes }),
    record: (name, value, attributes) => histogramOf[name].record(value, { ...attributes }),
  };
}

function mapValues<K extends string, V, R>(
  values: Readonly<Record<K, V>>,
  make: (value: V, key: K) => R,
): Record<K, R> {
  const entries = (Object.entries(values) as [K, V][]).map(([key, value]) => [key, make(value, key)]);
  return Object.fromEntries(entries) as Record<K, R>;
}
