import { type Client, serve } from '../testing/testing.ts';
import { counterService, type CounterService } from './test-support/counter.ts';

let service: CounterService;
let client: Client;

beforeEach(async () => {
  service = counterService();
  client = await serve(service.routes);
});
afterEach(() => client.close());

const startMs = Date.UTC(2010, 11, 1);
const hourMs = 3_600_000;
const count = async (id: string, ...steps: readonly number[]): Promise<void> => {
  for (const by of steps) {
    await client.post(`/counters/${id}`, { by }, { 'X-Correlation-Id': 'all-of-it' });
    await service.runtime.advance(hourMs);
  }
};
const totalAt = async (asOf: string) => {
  const { status, body } = await client.get(`/counters/a?asOf=${encodeURIComponent(asOf)}`);
  return status === 200 ? [body['total'], body['version']] : [status, body['code']];
};

describe('?asOf=', () => {
  it('answers as of a version', async () => {
    await count('a', 1, 2, 4);
    expect([await totalAt('1'), await totalAt('2'), await totalAt('3')]).toEqual([
      [1, 1],
      [3, 2],
      [7, 3],
    ]);
    expect((await client.get('/counters/a')).body).toEqual({ total: 7, version: 3 });
    expect(await totalAt('4')).toEqual([404, 'version-unknown']);
    expect((await client.get('/counters/none?asOf=1')).body['code']).toBe('counter-unknown');
  });

  it('answers as of a time, in any zone', async () => {
    await count('a', 1, 2);
    expect(await totalAt(new Date(startMs - 1).toISOString())).toEqual([404, 'counter-unknown']);
    expect(await totalAt('2010-12-01T00:00:00Z')).toEqual([1, 1]);
    expect(await totalAt('2010-12-01T00:59:59.999Z')).toEqual([1, 1]);
    expect(await totalAt('2010-12-01T02:00:00+01:00')).toEqual([3, 2]);
    expect(await totalAt('2030-01-01T00:00:00Z')).toEqual([3, 2]);
  });

  it.each(['0', '-1', '1.5', 'yesterday', '2010-12-01', '2010-12-01T00:00:00', '2010-13-01T00:00:00Z', ''])(
    'says what is wrong with %j',
    async (asOf) => {
      await count('a', 1);
      const { status, body } = await client.get(`/counters/a?asOf=${encodeURIComponent(asOf)}`);
      expect([status, body['code']]).toEqual([400, 'invalid-request']);
      expect(body['detail']).toMatch(/^asOf: must be a version .* or a time with its zone/);
    },
  );

  it('takes one', async () => {
    expect((await client.get('/counters/a?asOf=1&asOf=2')).body['detail']).toBe('asOf: must be given once');
  });
});

describe('GET /v1/events?correlationId=', () => {
  type Event = { readonly streamId: string; readonly version: number };
  const places = (items: unknown) => (items as Event[]).map(({ streamId, version }) => `${streamId} ${version}`);

  it('tells what one request led to, over all streams, in the order of time', async () => {
    await count('a', 1);
    await count('b', 1, 1);
    await count('a', 1);
    await client.post('/counters/c', { by: 1 }, { 'X-Correlation-Id': 'something-else' });
    const { body } = await client.get('/v1/events?correlationId=all-of-it');
    expect(places(body['items'])).toEqual(['counter-a 1', 'counter-b 1', 'counter-b 2', 'counter-a 2']);
    expect(body).not.toHaveProperty('next');
    expect((body['items'] as object[])[0]).not.toHaveProperty('dedup');
  });

  it('comes in pages', async () => {
    await count('a', 1, 1);
    await count('b', 1);
    const first = (await client.get('/v1/events?correlationId=all-of-it&limit=2')).body;
    const next = `after=${encodeURIComponent(String(first['next']))}`;
    const second = (await client.get(`/v1/events?correlationId=all-of-it&limit=2&${next}`)).body;
    expect(places(first['items'])).toEqual(['counter-a 1', 'counter-a 2']);
    expect([places(second['items']), 'next' in second]).toEqual([['counter-b 1'], false]);
  });

  it('is empty where there is nothing, and a 400 without an id or with a cursor of another kind', async () => {
    expect((await client.get('/v1/events?correlationId=none')).body).toEqual({ items: [] });
    const code = async (query: string) => {
      const { status, body } = await client.get(`/v1/events${query}`);
      return [status, body['code']];
    };
    expect(await code('')).toEqual([400, 'invalid-request']);
    expect(await code('?correlationId=a&correlationId=b')).toEqual([400, 'invalid-request']);
    expect(await code('?correlationId=a&limit=501')).toEqual([400, 'invalid-request']);
    expect(await code('?correlationId=a&after=rubbish')).toEqual([400, 'bad-cursor']);
  });
});
