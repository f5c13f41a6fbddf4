import type { AuditRecord } from '@daybook/eventstore';
import { type Client, serve } from '../testing/testing.ts';
import { counterService, type CounterService } from './test-support/counter.ts';

let service: CounterService;
let client: Client;

beforeEach(async () => {
  service = counterService();
  client = await serve(service.routes);
  for (const by of [1, 2, 3]) await client.post('/counters/a', { by }, { 'X-Correlation-Id': 'all-of-it' });
});
afterEach(() => client.close());

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const records = async (): Promise<readonly Partial<AuditRecord>[]> =>
  (await service.audited()).map(({ id: _id, at: _at, ...record }) => record);

describe('reading events', () => {
  it('is on record: who, what, which versions, why, in which trace, when', async () => {
    const headers = { 'X-Actor': 'operator:ann', 'X-Audit-Reason': 'complaint 77', traceparent };
    await client.get('/counters/a/events?after=1&limit=5', headers);
    expect(await service.audited()).toEqual([
      {
        id: expect.any(String),
        at: '2010-12-01T00:00:00.000Z',
        action: 'events-read',
        streamId: 'counter-a',
        fromVersion: 2,
        toVersion: 3,
        actor: 'operator:ann',
        reason: 'complaint 77',
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      },
    ]);
  });

  it('of nobody known is on record as such, page by page', async () => {
    await client.get('/counters/a/events?limit=2');
    await client.get('/counters/a/events?after=2&limit=2');
    expect(await records()).toMatchObject([
      { actor: 'anonymous', fromVersion: 1, toVersion: 2 },
      { actor: 'anonymous', fromVersion: 3, toVersion: 3 },
    ]);
  });

  it('of the past, and by correlation, is on record too', async () => {
    await client.get('/counters/a?asOf=2');
    await client.get('/v1/events?correlationId=all-of-it');
    expect(await records()).toMatchObject([
      { action: 'past-read', streamId: 'counter-a', fromVersion: 1, toVersion: 2, details: { asOf: { version: 2 } } },
      { action: 'correlation-read', streamId: 'correlation-all-of-it', details: { streams: ['counter-a'], events: 3 } },
    ]);
  });

  it('is not what a look at the present is, nor one at nothing', async () => {
    await client.get('/counters/a');
    await client.get('/counters');
    await client.get('/counters/none/events');
    await client.get('/counters/a/events?after=3');
    await client.get('/v1/events?correlationId=none');
    expect(await records()).toEqual([]);
  });

  it.each([
    ['X-Actor', 'ann'],
    ['X-Actor', 'operator:ann smith'],
    ['X-Audit-Reason', 'x'.repeat(501)],
  ])('with an impossible %s (%#) shows nothing', async (name, value) => {
    const { status, body } = await client.get('/counters/a/events', { [name]: value });
    expect([status, body['code'], body['items']]).toEqual([400, 'invalid-header', undefined]);
    expect(await records()).toEqual([]);
  });
});

describe('when it cannot be recorded', () => {
  it.each(['/counters/a/events', '/counters/a?asOf=2', '/v1/events?correlationId=all-of-it'])(
    '%s is a 503 that shows nothing, and the present is still there',
    async (path) => {
      service.failAudit();
      const { status, headers, body } = await client.get(path);
      expect([status, headers.get('retry-after')]).toEqual([503, '1']);
      expect(Object.keys(body).sort()).toEqual(['code', 'detail', 'requestId', 'status', 'title', 'type']);
      expect(body['code']).toBe('audit-unavailable');
      expect((await client.get('/counters/a')).status).toBe(200);
    },
  );
});
