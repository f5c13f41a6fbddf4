import { type Client, serve, withCallers, as } from '../testing/testing.ts';
import { counterService, type CounterService } from './test-support/counter.ts';

let service: CounterService;
let client: Client;

beforeEach(async () => {
  service = counterService();
  client = await serve(service.routes);
});
afterEach(() => client.close());

const key = { 'Idempotency-Key': 'k1' };
const count = (by: number, headers: Readonly<Record<string, string>> = {}) =>
  client.post('/counters/a', { by }, headers);

describe('a request that comes again', () => {
  it('gets the answer of the first time, whatever has become of the thing since, and is told so', async () => {
    const first = await count(2, key);
    await count(3);
    const again = await count(2, key);
    expect([again.status, again.body]).toEqual([201, { total: 2, version: 1 }]);
    for (const name of ['etag', 'location', 'content-type']) {
      expect([name, again.headers.get(name)]).toEqual([name, first.headers.get(name)]);
    }
    expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true']);
  });

  it('gets it from the container: the stream is not replayed', async () => {
    await count(2, key);
    await service.answers.settled();
    await count(3);
    const asOf = jest.spyOn(service.counters, 'asOf');
    await count(2, key);
    expect(asOf).not.toHaveBeenCalled();
  });

  it('gets the same where it was never kept, or is kept no longer: from the stream', async () => {
    service.failAnswers();
    const first = await count(2, key);
    await count(3);
    const again = await count(2, key);
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([201, first.body, '"1"']);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it('is not answered with what was said to another one', async () => {
    await count(2, key);
    expect(await count(3, key)).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    expect(await client.post('/counters/b', { by: 3 }, key)).toMatchObject({ status: 201, body: { total: 3 } });
  });

  it('is decided again where nothing was appended: refused, or nothing to do', async () => {
    expect((await count(11, key)).status).toBe(409);
    expect((await count(0, key)).body).toEqual({ total: 0, version: 0 });
    const done = await count(4, key);
    expect([done.body, done.headers.get('idempotent-replayed')]).toEqual([{ total: 4, version: 1 }, null]);
  });
});

it('a key is its caller’s own: two who think of the same one are two', async () => {
  const endpoint = { method: 'POST', path: '/counters/:id', roles: ['customer'], scope: 'Orders.Write' } as const;
  const called = await serve(withCallers(service.routes, [endpoint]));
  const counted = async (who: string): Promise<unknown> =>
    (await called.post('/counters/a', { by: 1 }, { ...key, ...as('customer', who) })).body['total'];
  expect([await counted('ann'), await counted('bob'), await counted('ann')]).toEqual([1, 2, 1]);
  await called.close();
});
