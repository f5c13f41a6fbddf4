/** Attributes of a measurement. Their values are few: a category, an operation, never a stream. */
export interface MetricAttributes {
  readonly [name: string]: string | number | boolean;
}

export type CounterName =
  /** Commands whose append was answered; by `aggregate` and `outcome` (`appended`, `duplicate`, `conflict`, `unknown`, `failed`). */
  | 'event_store.writes'
  /** Appends that lost a race; by `aggregate`. */
  | 'event_store.conflicts'
  /** Loads without a state in memory that began at a snapshot; by `aggregate`. */
  | 'event_store.snapshot_hits'
  /** Such loads of streams long enough to have a snapshot that did not; by `aggregate` and `reason` (`absent`, `outdated`, `diverged`, `unavailable`). */
  | 'event_store.snapshot_misses'
  /** Snapshots that were written, or not; by `aggregate` and `outcome` (`written`, `failed`, `dropped`, `too-large`). */
  | 'event_store.snapshot_writes';

export type HistogramName =
  /** Seconds an append took, retries included; by `aggregate`. */
  | 'event_store.write_duration'
  /** Commands that were appended as one batch; by `aggregate`. */
  | 'event_store.batch_commands'
  /** Request units of an operation; by `aggregate` and `operation`. */
  | 'event_store.request_units'
  /** Round trips of an operation; by `aggregate` and `operation`. */
  | 'event_store.round_trips';

/** Where measurements go. `@daybook/service-kit` gives them to OpenTelemetry. */
export interface EventStoreMetrics {
  count(name: CounterName, value: number, attributes: MetricAttributes): void;
  record(name: HistogramName, value: number, attributes: MetricAttributes): void;
}

export const noMetrics: EventStoreMetrics = { count: () => undefined, record: () => undefined };

/** The category of a stream: what comes before the first `-` of its id. */
export function categoryOf(streamId: string): string {
  const end = streamId.indexOf('-');
  return end < 0 ? streamId : streamId.slice(0, end);
}
