import type { CounterName, EventStoreMetrics, HistogramName } from '@daybook/eventstore';
import { type Counter, type Histogram, type Meter, metrics } from '@opentelemetry/api';
import { instruments } from './instruments.ts';

/** The event store's measurements as OpenTelemetry metrics. Where no provider is registered they go nowhere, at no cost. */
export function eventStoreMetrics(meter: Meter = metrics.getMeter('@daybook/eventstore')): EventStoreMetrics {
  const { counter, histogram } = instruments(meter);
  const counters: Readonly<Record<CounterName, Counter>> = {
    'event_store.writes': counter('event_store.writes'),
    'event_store.conflicts': counter('event_store.conflicts'),
    'event_store.snapshot_hits': counter('event_store.snapshot_hits'),
    'event_store.snapshot_misses': counter('event_store.snapshot_misses'),
    'event_store.snapshot_writes': counter('event_store.snapshot_writes'),
  };
  const histograms: Readonly<Record<HistogramName, Histogram>> = {
    'event_store.write_duration': histogram('event_store.write_duration'),
    'event_store.batch_commands': histogram('event_store.batch_commands'),
    'event_store.request_units': histogram('event_store.request_units'),
    'event_store.round_trips': histogram('event_store.round_trips'),
  };
  return {
    count: (name, value, attributes) => counters[name].add(value, { ...attributes }),
    record: (name, value, attributes) => histograms[name].record(value, { ...attributes }),
  };
}
