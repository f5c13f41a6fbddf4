import type { ServiceName } from '../topology/services.ts';

/** What is known of a metric before anything is measured: whoever measures, alerts or draws takes its name from here. */
export interface MetricDefinition {
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** UCUM, as OpenTelemetry has it: `s`, `By`; in braces what is counted. */
  readonly unit: string;
  readonly description: string;
  /** Every attribute that a measurement may have. Their values are few: no stream, no customer, no path. */
  readonly attributes: readonly string[];
  /** Upper bounds of a histogram's buckets, in its unit. Default: OpenTelemetry's, which are made for milliseconds. */
  readonly buckets?: readonly number[];
  /** Who exports it; default: every service. */
  readonly services?: readonly ServiceName[];
  /** Exported only once this has happened; default: from the start, or from the first order. */
  readonly once?: string;
}

/** The defaults are made for milliseconds. Finer around what is aimed at, 0.05 s, and what is too much, 0.2 s. */
const secondsBuckets = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];
const smallCounts = [1, 2, 5, 10, 20, 50, 100];

/**
 * Every metric of Daybook, by its OpenTelemetry name. Where it goes to Prometheus, dots become underscores and unit and `_total` are
 * added. Libraries measure through ports of their own; `@daybook/service-kit` makes OpenTelemetry's instruments of these.
 */
export const metricDefinitions = {
  'http.server.request.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Duration of HTTP requests, those that are refused (401, 403, 429) included',
    attributes: ['http.request.method', 'http.response.status_code', 'http.route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10],
  },
  'event_store.writes': {
    kind: 'counter',
    unit: '{command}',
    description: 'Commands whose append was answered',
    attributes: ['aggregate', 'outcome'],
  },
  'event_store.write_duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time an append took, retries included',
    attributes: ['aggregate'],
    buckets: secondsBuckets,
  },
  'event_store.conflicts': {
    kind: 'counter',
    unit: '{append}',
    description: 'Appends that lost a race',
    attributes: ['aggregate'],
    once: 'two writers meet',
  },
  'event_store.batch_commands': {
    kind: 'histogram',
    unit: '{command}',
    description: 'Commands appended as one batch',
    attributes: ['aggregate'],
    buckets: smallCounts,
  },
  'event_store.snapshot_hits': {
    kind: 'counter',
    unit: '{load}',
    description: 'Loads that began at a snapshot',
    attributes: ['aggregate'],
    once: 'a long stream is loaded',
  },
  'event_store.snapshot_misses': {
    kind: 'counter',
    unit: '{load}',
    description: 'Loads that should have begun at a snapshot and did not',
    attributes: ['aggregate', 'reason'],
    once: 'a long stream is loaded',
  },
  'event_store.snapshot_writes': {
    kind: 'counter',
    unit: '{snapshot}',
    description: 'Snapshots that were written, or not',
    attributes: ['aggregate', 'outcome'],
    once: 'a stream is long enough',
  },
  'event_store.request_units': {
    kind: 'histogram',
    unit: '{RU}',
    description: 'Request units of an operation',
    attributes: ['aggregate', 'operation'],
  },
  'event_store.round_trips': {
    kind: 'histogram',
    unit: '{request}',
    description: 'Round trips of an operation',
    attributes: ['aggregate', 'operation'],
    buckets: smallCounts,
  },
  'projection.lag_seconds': {
    kind: 'gauge',
    unit: 's',
    description: 'Age of the oldest document that a feed has not done',
    attributes: ['feed', 'range'],
  },
  'projection.lag_events': {
    kind: 'gauge',
    unit: '{document}',
    description: 'Documents that a feed has not done, an estimate',
    attributes: ['feed', 'range'],
  },
  'change_feed.documents': {
    kind: 'counter',
    unit: '{document}',
    description: 'Documents that a feed has done',
    attributes: ['feed'],
  },
  'change_feed.errors': {
    kind: 'counter',
    unit: '{error}',
    description: 'Failures of a feed that it goes on after',
    attributes: ['feed', 'during'],
    once: 'something fails',
  },
  'messaging.client.sent.messages': {
    kind: 'counter',
    unit: '{message}',
    description: 'Messages given to a hub',
    attributes: ['hub', 'outcome'],
  },
  'messaging.process.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time an attempt to handle a message took',
    attributes: ['hub', 'outcome'],
    buckets: secondsBuckets,
  },
  'messaging.consumer_lag': {
    kind: 'gauge',
    unit: '{message}',
    description: 'Messages of a partition that are stored and not done',
    attributes: ['hub', 'partition'],
  },
  'messaging.dead_letters': {
    kind: 'gauge',
    unit: '{message}',
    description: 'Messages and events that could not be handled, and those behind them',
    attributes: ['consumer'],
  },
  'messaging.outbox_failed': {
    kind: 'gauge',
    unit: '{event}',
    description: 'Events that the outbox could not publish; 1,000 are 1,000 or more',
    attributes: [],
    once: 'PUBLISH_MODE is outbox',
  },
  'saga.unfinished': {
    kind: 'gauge',
    unit: '{saga}',
    description: 'Sagas that are running, compensating or parked',
    attributes: ['type', 'status', 'step'],
    services: ['fulfilment'],
  },
  'saga.longest_wait': {
    kind: 'gauge',
    unit: 's',
    description: 'Time since the saga moved that has not moved for longest',
    attributes: ['type', 'status', 'step'],
    services: ['fulfilment'],
  },
  'saga.events': {
    kind: 'counter',
    unit: '{event}',
    description: 'What sagas have recorded, by type of event: SagaStarted, SagaCompleted, CompensationStarted, …',
    attributes: ['type', 'event'],
    services: ['fulfilment'],
  },
  'nodejs.eventloop.delay.p99': {
    kind: 'gauge',
    unit: 's',
    description:
      'How late the event loop was since the last export, 99th percentile: a process that computes too long answers nobody',
    attributes: [],
  },
  'process.memory.usage': {
    kind: 'gauge',
    unit: 'By',
    description: 'Resident memory of the process',
    attributes: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof metricDefinitions;

/** The names of the metrics of one kind. */
export type MetricNameOf<K extends MetricDefinition['kind']> = {
  [N in MetricName]: (typeof metricDefinitions)[N]['kind'] extends K ? N : never;
}[MetricName];
