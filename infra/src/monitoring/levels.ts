/** A service level: what is aimed at, and from where somebody has to look. Rules, alerts, dashboards, workbook and the table are made of these. */
export interface Level {
  readonly id: string;
  readonly name: string;
  /** What it means to who uses Daybook. */
  readonly meaning: string;
  /** The series that a rule records of it: what alerts and charts ask for. */
  readonly record: string;
  /** PromQL of that series. */
  readonly expr: string;
  /** Labels that are left in it. */
  readonly by: readonly string[];
  readonly unit: 'seconds' | 'ratio' | 'count';
  /** Whether less of it is better, or more. */
  readonly better: 'less' | 'more';
  readonly target: number;
  readonly alert: AlertOfLevel;
}

export interface AlertOfLevel {
  readonly name: string;
  /** From here on, in the level's unit. */
  readonly beyond: number;
  /** For so long: `5m`. */
  readonly lasting: string;
  readonly severity: Severity;
  /** With Prometheus's templates. */
  readonly summary: string;
  /** From the repository's root. */
  readonly runbook: string;
}

/** `critical`: somebody is called. `warning`: somebody looks in working hours. */
export type Severity = 'critical' | 'warning';

/** A rate that is 0 where the counter has never been counted: without, a ratio of it would be nothing instead of 0 or 1. */
export const rateOr0 = (counter: string, other: string, window: string): string =>
  `(sum by (service_name) (rate(${counter}[${window}])) or 0 * sum by (service_name) (rate(${other}[${window}])))`;

const hits = rateOr0('event_store_snapshot_hits_total', 'event_store_snapshot_misses_total', '15m');
const misses = rateOr0('event_store_snapshot_misses_total', 'event_store_snapshot_hits_total', '15m');

/** Feeds that publish: what they have not done, no other service knows. */
const publishingFeeds = 'relay|outbox';

/**
 * The service levels. Several instances tell the same of what they share (sagas, dead letters), and each its own of what they divide
 * (ranges): `max` is right for both.
 */
export const levels: readonly Level[] = [
  {
    id: 'append-latency',
    name: 'Append latency, 99th percentile',
    meaning: 'A command is answered when its events are stored: 1 % of appends take longer than this.',
    record: 'daybook:append_seconds:p99',
    expr: 'histogram_quantile(0.99, sum by (service_name, le) (rate(event_store_write_duration_seconds_bucket[5m])))',
    by: ['service_name'],
    unit: 'seconds',
    better: 'less',
    target: 0.05,
    alert: {
      name: 'AppendsSlow',
      beyond: 0.2,
      lasting: '5m',
      severity: 'warning',
      summary: '{{ $labels.service_name }}: 1 % of appends take longer than {{ $value | humanizeDuration }}',
      runbook: 'infra/runbooks/slow-appends.md',
    },
  },
  {
    id: 'projection-lag',
    name: 'Projection lag',
    meaning: 'How old what a read model answers may be: the age of the oldest event that it does not have yet.',
    record: 'daybook:projection_lag_seconds:max',
    expr: `max by (service_name, feed) (projection_lag_seconds{feed!~"${publishingFeeds}"})`,
    by: ['service_name', 'feed'],
    unit: 'seconds',
    better: 'less',
    target: 5,
    alert: {
      name: 'ProjectionBehind',
      beyond: 30,
      lasting: '2m',
      severity: 'warning',
      summary: '{{ $labels.service_name }}: the feed {{ $labels.feed }} is {{ $value | humanizeDuration }} behind',
      runbook: 'infra/runbooks/rebuild-a-projection.md',
    },
  },
  {
    id: 'snapshot-hits',
    name: 'Snapshot hit rate',
    meaning:
      'Loads of long streams that begin at a snapshot; the others read the whole stream, which is slow and dear.',
    record: 'daybook:snapshot_hits:ratio',
    expr: `${hits} / (${hits} + ${misses})`,
    by: ['service_name'],
    unit: 'ratio',
    better: 'more',
    target: 0.8,
    alert: {
      name: 'SnapshotsMissed',
      beyond: 0.6,
      lasting: '15m',
      severity: 'warning',
      summary: '{{ $labels.service_name }}: only {{ $value | humanizePercentage }} of loads begin at a snapshot',
      runbook: 'infra/runbooks/slow-appends.md',
    },
  },
  {
    id: 'conflicts',
    name: 'Concurrency conflicts',
    meaning: 'Appends that lost a race for a stream and were decided again: work done twice, in the end a 503.',
    record: 'daybook:conflicts:ratio',
    expr: `${rateOr0('event_store_conflicts_total', 'event_store_writes_total', '10m')} / sum by (service_name) (rate(event_store_writes_total[10m]))`,
    by: ['service_name'],
    unit: 'ratio',
    better: 'less',
    target: 0.01,
    alert: {
      name: 'WritersConflict',
      beyond: 0.05,
      lasting: '10m',
      severity: 'warning',
      summary: '{{ $labels.service_name }}: {{ $value | humanizePercentage }} of appends lose a race',
      runbook: 'infra/runbooks/slow-appends.md',
    },
  },
  {
    id: 'saga-age',
    name: 'Saga age',
    meaning:
      'How long the saga has not moved that waits for longest, other than for its order to be shipped, which may take days.',
    record: 'daybook:saga_wait_seconds:max',
    expr: 'max by (type, step) (saga_longest_wait_seconds{status=~"running|compensating",step!="ship"})',
    by: ['type', 'step'],
    unit: 'seconds',
    better: 'less',
    target: 60,
    alert: {
      name: 'SagaStuck',
      beyond: 900,
      lasting: '5m',
      severity: 'warning',
      summary: 'a saga {{ $labels.type }} has waited {{ $value | humanizeDuration }} at {{ $labels.step }}',
      runbook: 'infra/runbooks/a-stuck-saga.md',
    },
  },
  {
    id: 'dead-letters',
    name: 'Dead letters',
    meaning:
      'Messages and events that could not be handled, and those that wait behind them: each is an order that stands still.',
    record: 'daybook:dead_letters:max',
    expr: 'max by (service_name, consumer) (messaging_dead_letters)',
    by: ['service_name', 'consumer'],
    unit: 'count',
    better: 'less',
    target: 0,
    alert: {
      name: 'DeadLetters',
      beyond: 0,
      lasting: '5m',
      severity: 'critical',
      summary: '{{ $labels.service_name }}: {{ $value }} messages of {{ $labels.consumer }} are parked',
      runbook: 'infra/runbooks/replay-dead-letters.md',
    },
  },
  {
    id: 'unpublished-events',
    name: 'Unpublished events',
    meaning: 'Events are stored, and nobody else knows: the age of the oldest one that no hub has.',
    record: 'daybook:unpublished_seconds:max',
    expr: `max by (service_name) (projection_lag_seconds{feed=~"${publishingFeeds}"})`,
    by: ['service_name'],
    unit: 'seconds',
    better: 'less',
    target: 5,
    alert: {
      name: 'EventsUnpublished',
      beyond: 30,
      lasting: '1m',
      severity: 'critical',
      summary:
        '{{ $labels.service_name }}: an event has waited {{ $value | humanizeDuration }} to be published; orders stand still',
      runbook: 'infra/runbooks/unpublished-events.md',
    },
  },
];

const worse = { less: '>', more: '<' } as const;

/** When somebody has to look: `daybook:append_seconds:p99 > 0.2`. */
export const alertExpr = ({ record, better, alert }: Level): string => `${record} ${worse[better]} ${alert.beyond}`;

/** As people say it: `50 ms`, `80 %`, `none`. */
export function spoken(value: number, unit: Level['unit']): string {
  switch (unit) {
    case 'seconds':
      if (value < 1) return `${Math.round(value * 1_000)} ms`;
      return value < 120 ? `${value} s` : `${value / 60} min`;
    case 'ratio':
      return `${Math.round(value * 100)} %`;
    case 'count':
      return value === 0 ? 'none' : String(value);
    default:
      return unit satisfies never;
  }
}

/** Target and alert as people say them: `< 50 ms` and `> 200 ms`. */
export function spokenLevel({ unit, better, target, alert }: Level): {
  readonly target: string;
  readonly alert: string;
} {
  if (unit === 'count' && alert.beyond === 0) return { target: 'none', alert: 'any' };
  const aim = better === 'less' ? '<' : '>';
  return { target: `${aim} ${spoken(target, unit)}`, alert: `${worse[better]} ${spoken(alert.beyond, unit)}` };
}
