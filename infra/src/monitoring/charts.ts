import { type Level, levels } from './levels.ts';

/** A chart of one service, before anything is drawn. */
export interface Chart {
  readonly title: string;
  readonly unit: 'seconds' | 'ratio' | 'count' | 'per second' | 'bytes';
  readonly queries: readonly Query[];
  readonly description?: string;
  readonly level?: Level;
}

export interface Query {
  readonly expr: string;
  /** With labels in braces: `{{feed}}`. */
  readonly legend: string;
}

export interface Section {
  readonly title: string;
  readonly charts: readonly Chart[];
}

/** Metrics come once a minute: a rate needs a few of them. */
const window = '5m';

/** The charts of one service's dashboard, the most telling first. */
export function chartsOf(service: string): readonly Section[] {
  const all = `{service_name="${service}"}`;
  const rate = (metric: string, by: string): string => `sum by (${by}) (rate(${metric}${all}[${window}]))`;
  const quantiles = (histogram: string, by: readonly string[] = []): readonly Query[] =>
    [0.5, 0.99].map((quantile) => ({
      expr: `histogram_quantile(${quantile}, ${rate(`${histogram}_bucket`, [...by, 'le'].join(', '))})`,
      legend: [...by.map((label) => `{{${label}}}`), `${quantile * 100} %`].join(' '),
    }));
  const mean = (histogram: string, by: string): string =>
    `${rate(`${histogram}_sum`, by)} / ${rate(`${histogram}_count`, by)}`;
  const chart = (title: string, unit: Chart['unit'], ...queries: readonly Query[]): Chart => ({ title, unit, queries });

  const ofLevels: readonly Chart[] = levels
    .filter(({ by }) => by.includes('service_name') || service === 'fulfilment')
    .map((level) => ({
      title: level.name,
      description: `${level.meaning} Alert ${level.alert.name}: ${level.alert.runbook}`,
      unit: level.unit,
      level,
      queries: [
        { expr: level.by.includes('service_name') ? `${level.record}${all}` : level.record, legend: legendOf(level) },
      ],
    }));
  return [
    { title: 'Service levels', charts: ofLevels },
    {
      title: 'HTTP',
      charts: [
        chart('Requests by route', 'per second', {
          expr: rate('http_server_request_duration_seconds_count', 'http_request_method, http_route'),
          legend: '{{http_request_method}} {{http_route}}',
        }),
        chart('Answers by status', 'per second', {
          expr: rate('http_server_request_duration_seconds_count', 'http_response_status_code'),
          legend: '{{http_response_status_code}}',
        }),
        chart('Time to answer', 'seconds', ...quantiles('http_server_request_duration_seconds')),
      ],
    },
    {
      title: 'Event store',
      charts: [
        chart('Commands by outcome', 'per second', {
          expr: rate('event_store_writes_total', 'aggregate, outcome'),
          legend: '{{aggregate}} {{outcome}}',
        }),
        chart('Time of an append', 'seconds', ...quantiles('event_store_write_duration_seconds')),
        chart('Commands in one batch, mean', 'count', {
          expr: mean('event_store_batch_commands', 'aggregate'),
          legend: '{{aggregate}}',
        }),
        chart('Request units, mean', 'count', {
          expr: mean('event_store_request_units', 'operation'),
          legend: '{{operation}}',
        }),
        chart('Round trips, mean', 'count', {
          expr: mean('event_store_round_trips', 'operation'),
          legend: '{{operation}}',
        }),
        chart(
          'Snapshots',
          'per second',
          { expr: rate('event_store_snapshot_writes_total', 'outcome'), legend: '{{outcome}}' },
          { expr: rate('event_store_snapshot_misses_total', 'reason'), legend: 'missed: {{reason}}' },
        ),
      ],
    },
    {
      title: 'Feeds',
      charts: [
        chart('Age of the oldest event that is not done', 'seconds', {
          expr: `max by (feed) (projection_lag_seconds${all})`,
          legend: '{{feed}}',
        }),
        chart('Events not done, estimated', 'count', {
          expr: `sum by (feed) (projection_lag_events${all})`,
          legend: '{{feed}}',
        }),
        chart(
          'Events done, and failures',
          'per second',
          { expr: rate('change_feed_documents_total', 'feed'), legend: '{{feed}}' },
          { expr: rate('change_feed_errors_total', 'feed, during'), legend: '{{feed}}: {{during}} failed' },
        ),
      ],
    },
    {
      title: 'Messages',
      charts: [
        chart('Given to hubs', 'per second', {
          expr: rate('messaging_client_sent_messages_total', 'hub, outcome'),
          legend: '{{hub}} {{outcome}}',
        }),
        chart('Handled', 'per second', {
          expr: rate('messaging_process_duration_seconds_count', 'hub, outcome'),
          legend: '{{hub}} {{outcome}}',
        }),
        chart('Time to handle', 'seconds', ...quantiles('messaging_process_duration_seconds', ['hub'])),
        chart('Waiting in hubs', 'count', {
          expr: `sum by (hub) (max by (hub, partition) (messaging_consumer_lag${all}))`,
          legend: '{{hub}}',
        }),
        chart('Dead letters', 'count', {
          expr: `max by (consumer) (messaging_dead_letters${all})`,
          legend: '{{consumer}}',
        }),
        chart('Failed in the outbox', 'count', { expr: `max(messaging_outbox_failed${all})`, legend: 'events' }),
      ],
    },
    ...(service === 'fulfilment' ? [{ title: 'Sagas', charts: sagaCharts }] : []),
    {
      title: 'Process',
      charts: [
        chart('Instances', 'count', { expr: `count(process_memory_usage_bytes${all})`, legend: 'instances' }),
        chart('How late the event loop is', 'seconds', {
          expr: `nodejs_eventloop_delay_p99_seconds${all}`,
          legend: '{{service_instance_id}}',
        }),
        chart('Memory', 'bytes', { expr: `process_memory_usage_bytes${all}`, legend: '{{service_instance_id}}' }),
      ],
    },
  ];
}

/** Every instance counts all sagas: they are not to be added up. */
export const sagaCharts: readonly Chart[] = [
  {
    title: 'Unfinished sagas',
    unit: 'count',
    queries: [
      {
        expr: 'sum by (type, status) (max by (type, status, step) (saga_unfinished))',
        legend: '{{type}} {{status}}',
      },
    ],
  },
  {
    title: 'Longest wait by step',
    unit: 'seconds',
    queries: [{ expr: 'max by (type, step) (saga_longest_wait_seconds)', legend: '{{type}} {{step}}' }],
  },
  {
    title: 'What sagas record',
    unit: 'per second',
    queries: [{ expr: `sum by (type, event) (rate(saga_events_total[${window}]))`, legend: '{{type}} {{event}}' }],
  },
];

export const legendOf = ({ by }: Level): string => by.map((label) => `{{${label}}}`).join(' ');
