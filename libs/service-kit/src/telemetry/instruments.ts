import { metricDefinitions, type MetricDefinition, type MetricName, type MetricNameOf } from '@daybook/contracts';
import type { Counter, Histogram, Meter, MetricOptions, ObservableGauge } from '@opentelemetry/api';

/** OpenTelemetry's instruments for the metrics that `@daybook/contracts` defines. There is no other way to make one here. */
export interface Instruments {
  counter(name: MetricNameOf<'counter'>): Counter;
  histogram(name: MetricNameOf<'histogram'>): Histogram;
  gauge(name: MetricNameOf<'gauge'>): ObservableGauge;
}

export function instruments(meter: Meter): Instruments {
  return {
    counter: (name) => meter.createCounter(name, optionsOf(name)),
    histogram: (name) => meter.createHistogram(name, optionsOf(name)),
    gauge: (name) => meter.createObservableGauge(name, optionsOf(name)),
  };
}

function optionsOf(name: MetricName): MetricOptions {
  const { unit, description, buckets }: MetricDefinition = metricDefinitions[name];
  return {
    unit,
    description,
    ...(buckets === undefined ? {} : { advice: { explicitBucketBoundaries: [...buckets] } }),
  };
}
