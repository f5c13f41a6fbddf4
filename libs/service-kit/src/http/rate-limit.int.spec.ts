import { Router } from 'express';
import { as, type Client, serve, withCallers } from '../testing/testing.ts';
import { createRateLimiter, limitCallers, limitRefused } from './rate-limit.ts';

let nowMs: number;
let client: Client;
const things = [
  { method: 'GET', path: '/things', roles: ['customer'], scope: 'Orders.Read' },
  { method: 'POST', path: '/things', roles: ['customer'], scope: 'Orders.Write' },
] as const;

beforeEach(async () => {
  nowMs = 0;
  const limiter = createRateLimiter({ perSecond: 1, burst: 2 }, { now: () => nowMs });
  const handlers = Router().get('/things', (_request, response) => void response.json({ code: 'let-in' }));
  const guards = [withCallers(Router().use(limitCallers(limiter)), things), limitRefused(limiter)];
  client = await serve(handlers, { guards });
});
afterEach(() => client.close());

const codes = async (headers: Readonly<Record<string, string>>, times: number): Promise<unknown[]> => {
  const found: unknown[] = [];
  for (let n = 0; n < times; n += 1) found.push((await client.get('/things', headers)).body['code']);
  return found;
};

it('a client that floods is told when to come back, and others at its address are served', async () => {
  expect(await codes(as('customer', 'ann'), 3)).toEqual(['let-in', 'let-in', 'too-many-requests']);
  const { status, headers } = await client.get('/things', as('customer', 'ann'));
  expect([status, headers.get('retry-after')]).toEqual([429, '1']);
  expect(await codes(as('customer', 'bob'), 1)).toEqual(['let-in']);
  nowMs += 1_000;
  expect(await codes(as('customer', 'ann'), 2)).toEqual(['let-in', 'too-many-requests']);
});

it('those without a token are counted by their address, and hold back nobody who has one', async () => {
  expect(await codes({}, 3)).toEqual(['token-missing', 'token-missing', 'too-many-requests']);
  expect(await codes({ authorization: 'Bearer rubbish' }, 1)).toEqual(['too-many-requests']);
  expect(await codes(as('customer', 'ann'), 1)).toEqual(['let-in']);
});

it('nothing is read of the body of a request that is not let in, so that rubbish is counted like anything else', async () => {
  const post = async (headers: Readonly<Record<string, string>>) =>
    (await client.post('/things', '{"rubbish":', headers)).body['code'];
  expect([await post({}), await post({}), await post({})]).toEqual([
    ...['token-missing', 'token-missing', 'too-many-requests'],
  ]);
  const ann = as('customer', 'ann');
  expect([await post(ann), await post(ann), await post(ann)]).toEqual(['bad-json', 'bad-json', 'too-many-requests']);
});

it('health is asked as often as anybody likes', async () => {
  const statuses: number[] = [];
  for (let n = 0; n < 10; n += 1) statuses.push((await client.get('/health/live')).status);
  expect(new Set(statuses)).toEqual(new Set([200]));
});
