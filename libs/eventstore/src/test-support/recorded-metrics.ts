import type { EventStoreMetrics, MetricAttributes } from '../costs/metrics.ts';

/** Metrics that a test asks afterwards. */
export interface RecordedMetrics extends EventStoreMetrics {
  /** Sum of what was counted under this name, with these attributes at least. */
  sum(name: string, attributes?: MetricAttributes): number;
  /** What was recorded, in order. */
  values(name: string, attributes?: MetricAttributes): readonly number[];
}

export function recordedMetrics(): RecordedMetrics {
  const all: { readonly name: string; readonly value: number; readonly attributes: MetricAttributes }[] = [];
  const add = (name: string, value: number, attributes: MetricAttributes): void =>
    void all.push({ name, value, attributes });
  const values = (name: string, wanted: MetricAttributes = {}): number[] =>
    all
      .filter((each) => each.name === name)
      .filter(({ attributes }) => Object.entries(wanted).every(([field, value]) => attributes[field] === value))
      .map(({ value }) => value);
  return {
    count: add,
    record: add,
    values,
    sum: (name, attributes) => values(name, attributes).reduce((total, value) => total + value, 0),
  };
}
