import type { FeedMeasurement, FeedMetrics } from '@daybook/change-feed';
import { type Meter, metrics } from '@opentelemetry/api';
import { instruments } from './instruments.ts';

/**
 * Feeds' measurements as OpenTelemetry metrics. Their lag is asked for when it is collected; where no provider is registered nobody asks.
 * One for all feeds of a process: a range that went elsewhere, was split or whose feed has stopped is reported as 0, because collectors go
 * on with the last value of what is not reported any more.
 */
export function feedMetrics(meter: Meter = metrics.getMeter('@daybook/change-feed')): FeedMetrics {
  const { counter, gauge } = instruments(meter);
  const counters = {
    'change_feed.documents': counter('change_feed.documents'),
    'change_feed.errors': counter('change_feed.errors'),
  };
  const observers = (['projection.lag_seconds', 'projection.lag_events'] as const).map((name) => {
    const readers = new Set<() => readonly FeedMeasurement[]>();
    const reported = new Map<string, FeedMeasurement['attributes']>();
    gauge(name).addCallback((result) => {
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
    count: (name, value, attributes) => counters[name].add(value, { ...attributes }),
    observe(name, read) {
      const readers = observers.find((each) => each.name === name)?.readers;
      readers?.add(read);
      return () => void readers?.delete(read);
    },
  };
}
