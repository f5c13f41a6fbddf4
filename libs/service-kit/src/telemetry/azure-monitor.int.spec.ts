import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { metrics, trace } from '@opentelemetry/api';
import type { Component } from '../lifecycle.ts';
import { createLog } from '../log.ts';
import { type Ingestion, openIngestion } from './ingestion.test-support.ts';
import { instruments } from './instruments.ts';
import { startTelemetry } from './telemetry.ts';
import { startSpan } from './tracing.ts';

const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const [, traceId, parentId] = parent.split('-');

let ingestion: Ingestion;
let telemetry: Component;
let lines: Record<string, unknown>[];
let scopes: unknown[];
/** Where the package would keep what it could not send. */
const kept = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('Microsoft-'));
let folders: readonly string[];
// It is loaded with the first export, which here takes longer than one may take on a busy machine.
beforeAll(() => import('@azure/monitor-opentelemetry-exporter'), 30_000);
beforeEach(async () => {
  folders = kept();
  ingestion = await openIngestion();
  lines = [];
  scopes = [];
  telemetry = startTelemetry(
    { otlpEndpoint: undefined, azureMonitor: ingestion.connectionString, traceRatio: 1, metricsEveryMs: 600_000 },
    {
      service: { name: 'order', instance: 'order-0' },
      log: createLog('order', 'info', { write: (line) => void lines.push(JSON.parse(line) as never) }),
      credential: () => ({
        getToken: (asked) => {
          scopes.push(asked);
          return Promise.resolve({ token: 'of-the-order-service', expiresOnTimestamp: Date.now() + 3_600_000 });
        },
      }),
      azureHttpClient: ingestion.httpClient,
      exportTimeoutMs: 1_000,
    },
  );
});
afterEach(async () => {
  await ingestion.close();
  trace.disable();
  metrics.disable();
});

const work = (): void => {
  const attributes = { 'http.request.method': 'POST', 'http.route': '/v1/orders', 'http.response.status_code': 202 };
  startSpan('POST /v1/orders', { kind: 'server', parent, attributes }).end();
  const append = {
    kind: 'client',
    parent,
    attributes: { 'db.system.name': 'azure.cosmosdb', 'daybook.stream': 'order-o1' },
  };
  startSpan('append orders', append as Parameters<typeof startSpan>[1]).end({ error: new Error('Ada Lovelace') });
  const { histogram, counter } = instruments(metrics.getMeter('test'));
  histogram('event_store.write_duration').record(0.25, { aggregate: 'order' });
  histogram('event_store.write_duration').record(0.05, { aggregate: 'order' });
  counter('event_store.writes').add(2, { aggregate: 'order', outcome: 'appended' });
};
const about = (name: string) =>
  ingestion.envelopes.filter(({ data }) => {
    const { metrics: [metric] = [] } = data.baseData as { metrics?: { name: string }[] };
    return (data.baseData.name ?? metric?.name) === name;
  });

it('spans and metrics arrive as Azure Monitor has them, signed in as the service, compressed', async () => {
  work();
  await telemetry.stop();
  expect(new Set(ingestion.requests.map(({ line }) => line))).toEqual(new Set(['POST /v2.1/track']));
  for (const { authorization, encoding } of ingestion.requests) {
    expect([authorization, encoding]).toEqual(['Bearer of-the-order-service', 'gzip']);
  }
  expect(scopes.flat()).toContain('https://monitor.azure.com/.default');

  const tags = { 'ai.cloud.role': 'daybook.order', 'ai.cloud.roleInstance': 'order-0' };
  expect(about('POST /v1/orders')).toMatchObject([
    {
      iKey: /InstrumentationKey=([^;]+)/.exec(ingestion.connectionString)?.[1],
      tags: { ...tags, 'ai.operation.id': traceId, 'ai.operation.parentId': parentId },
      data: { baseType: 'RequestData', baseData: { responseCode: '202', success: true } },
    },
  ]);
  expect(about('append orders')).toMatchObject([
    {
      tags,
      data: {
        baseType: 'RemoteDependencyData',
        baseData: { success: false, properties: { 'daybook.stream': 'order-o1' } },
      },
    },
  ]);
  expect(about('event_store.write_duration')).toMatchObject([
    {
      tags,
      data: {
        baseData: { metrics: [{ value: 0.3, count: 2, min: 0.05, max: 0.25 }], properties: { aggregate: 'order' } },
      },
    },
  ]);
  expect(about('event_store.writes')).toMatchObject([{ data: { baseData: { metrics: [{ value: 2 }] } } }]);
  expect(JSON.stringify(ingestion.envelopes)).not.toContain('Lovelace');
  expect(about('_OTELRESOURCE_')).toEqual([]);
  expect(lines).toEqual([]);
});

it('where OTLP is on as well all goes both ways, also while Azure Monitor takes nothing, and the process ends', async () => {
  const script = join(__dirname, '..', 'test-support', 'telemetry-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, '503'], { timeout: 20_000 });
  const said = stdout.trim().split('\n');
  // A late warning that nothing was taken may come after it.
  expect(said.map((line) => JSON.parse(line) as unknown)).toContainEqual({
    otlp: ['/v1/metrics', '/v1/traces'],
    azure: 2,
  });
});

it.each([401, 403, 500, 503])('an answer %i is told, and nothing is kept on disk', async (status) => {
  ingestion.answer = status;
  work();
  await telemetry.stop();
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 40, status, msg: expect.stringMatching('does not take') }),
  );
  expect(ingestion.requests).toHaveLength(2);
  expect(kept()).toEqual(folders);
});

it('where nobody is there that is told, and stopping ends', async () => {
  await ingestion.close();
  work();
  await telemetry.stop();
  expect(lines).toContainEqual(expect.objectContaining({ level: 40, msg: 'telemetry is not exported' }));
  expect(kept()).toEqual(folders);
});

it('where nobody ever answers stopping ends in time', async () => {
  ingestion.answer = 'never';
  work();
  const startedMs = performance.now();
  await telemetry.stop();
  expect(performance.now() - startedMs).toBeLessThan(3_000);
});
