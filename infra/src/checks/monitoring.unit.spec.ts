import { join } from 'node:path';
import { metricDefinitions } from '@daybook/contracts';
import { prometheusSeries } from '../monitoring/prometheus-names.ts';
import { askedProblems, checkMonitoring, deployedProblems, tableProblems, typeProblems } from './monitoring.ts';
import { promtoolIsThere } from './rules.ts';

const said = (expr: string): readonly string[] => askedProblems({ where: 'here', expr }).map(({ what }) => what);

describe('What watches Daybook', () => {
  it('fits what it exports, in this repository', () => {
    expect(checkMonitoring(join(__dirname, '..', '..', '..')).problems).toEqual([]);
  });

  it('is found wrong where it asks for what nobody exports', () => {
    expect(said('sum by (service_name) (rate(event_store_writes_total{outcome="failed"}[5m])) > 0')).toEqual([]);
    expect(said('rate(event_store_write_total[5m])')).toEqual(['event_store_write_total: no service exports it']);
    expect(said('event_store_writes_total{reason="x"}')).toEqual(['event_store_writes_total has no label reason']);
    expect(said('sum by (stream) (projection_lag_seconds)')).toEqual([
      'groups by stream, which nothing that it asks for has',
    ]);
    expect(said('sum by (a (x)')).toEqual([expect.stringContaining('no PromQL')]);
    expect(said('1 + 1')).toEqual(['asks for nothing: 1 + 1']);
  });

  it('is found wrong after a metric was renamed', () => {
    const { 'event_store.writes': renamed, ...others } = metricDefinitions;
    const series = prometheusSeries({ ...others, 'event_store.appends': renamed });
    expect(series.has('event_store_writes_total')).toBe(false);
    expect(series.get('event_store_appends_total')?.metric).toBe('event_store.appends');
  });

  it('is found wrong where the table that people read says other numbers', () => {
    expect(tableProblems('| Append latency, 99th percentile | < 50 ms | > 2 s | AppendsSlow |')).toHaveLength(7);
  });

  it('is found wrong where Bicep does not deploy it', () => {
    expect(deployedProblems("loadTextContent('../generated/workbook.json')")).toHaveLength(3);
  });

  (promtoolIsThere() ? it : it.skip)('is found wrong where types do not fit', () => {
    const asked = [
      { where: 'a', expr: 'rate(event_store_writes_total[5m])' },
      { where: 'b', expr: 'rate(event_store_writes_total)' },
    ];
    expect(typeProblems(asked)).toEqual([{ where: 'b', what: expect.stringContaining('expected type range vector') }]);
  });
});

describe('The name of a metric in Prometheus', () => {
  it.each([
    ['event_store.writes', 'event_store_writes_total'],
    ['event_store.write_duration', 'event_store_write_duration_seconds_bucket'],
    ['event_store.request_units', 'event_store_request_units_sum'],
    ['projection.lag_seconds', 'projection_lag_seconds'],
    ['projection.lag_events', 'projection_lag_events'],
    ['saga.longest_wait', 'saga_longest_wait_seconds'],
    ['messaging.client.sent.messages', 'messaging_client_sent_messages_total'],
    ['http.server.request.duration', 'http_server_request_duration_seconds_count'],
    ['process.memory.usage', 'process_memory_usage_bytes'],
    ['nodejs.eventloop.delay.p99', 'nodejs_eventloop_delay_p99_seconds'],
  ])('%s: %s', (metric, series) => {
    expect(prometheusSeries().get(series)).toMatchObject({ metric });
  });

  it('has the labels of its attributes and of who exports it', () => {
    expect(prometheusSeries().get('http_server_request_duration_seconds_bucket')?.labels).toEqual(
      expect.arrayContaining(['http_route', 'http_response_status_code', 'service_name', 'service_instance_id', 'le']),
    );
  });
});
