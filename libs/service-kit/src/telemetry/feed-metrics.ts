import type { FeedMeasurement, FeedMetrics } from '@daybook/change-feed';
import { type Meter, metrics } from '@opentelemetry/api';

const gauges = {
  'projection.lag_seconds': { description: 'Age of the oldest document that a feed has not done', unit: 's' },
  'projection.lag_events': { description: 'Documents that a feed has not done, an estimate', unit: '{document}' },
} as const satisfies Record<Parameters<FeedMetrics['observe']>[0], object>;

/**
 * Feeds' lag as OpenTelemetry gauges, asked for when they are collected. Where no provider is registered nobody asks. One for all feeds of
 * a process: a range that went elsewhere, was split or whose feed has stopped is reported as 0, because collectors go on with the last
 * value of what is not reported any more.
 */
export function feedMetrics(meter: Meter = metrics.getMeter('@daybook/change-feed')): FeedMetrics {
  const observers = Object.entries(gauges).map(([name, options]) => {
    const readers = new Set<() => readonly FeedMeasurement[]>();
    const reported = new Map<string, FeedMeasurement['attributes']>();
    meter.createObservableGauge(name, options).addCallback((result) => {
      const left = new Map(reported);
      for (const { value, attributes } of [...readers].flatMap((read) => read())) {
        const key = JSON.stringify([attributes.feed, attributes.range]);
        reported.set(key, attributes);
        left.delete(key);
        result.observe(value, { ...attributes });
      }
      for (const attributes of left.values()) result.observe(0, { ...attributes });
    });
    return { name, readers };
  });
  return {
    observe(name, read) {
      const readers = observers.find((each) => each.name === name)?.readers;
      readers?.add(read);
      return () => void readers?.delete(read);
    },
  };
}
