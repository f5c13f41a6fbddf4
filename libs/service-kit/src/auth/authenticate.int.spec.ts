import { Router } from 'express';
import { silentLog } from '../log.ts';
import { type Client, serve } from '../testing/testing.ts';
import { authenticate } from './authenticate.ts';
import { type Caller, callerOf, mayActFor } from './caller.ts';
import { TokenRefused } from './verifier.ts';

const callers: Readonly<Record<string, Caller>> = {
  ada: { id: 'ada', roles: ['customer'] },
  ops: { id: 'ops', roles: ['operator', 'customer'] },
  reader: { id: 'ops', roles: ['operator'], scopes: ['Orders.Read', 'Stock.Write'] },
  nobody: { id: 'nobody', roles: [] },
};
const verify = (token: string): Promise<Caller> => {
  const caller = callers[token];
  if (caller !== undefined) return Promise.resolve(caller);
  const code = token === 'away' ? 'issuer-unavailable' : 'invalid-token';
  return Promise.reject(new TokenRefused(code, 'no'));
};

describe('an endpoint', () => {
  let client: Client;
  beforeAll(async () => {
    const routes = Router();
    const endpoints = [
      { method: 'GET', path: '/v1/orders/totals', roles: ['operator'], scope: 'Orders.Read' },
      { method: 'GET', path: '/v1/orders/:orderId', roles: ['customer', 'operator'], scope: 'Orders.Read' },
      { method: 'POST', path: '/v1/orders/:orderId/ship', roles: ['operator'], scope: 'Orders.Write' },
    ] as const;
    routes.use(authenticate({ verify }, endpoints, silentLog));
    routes.get('/v1/orders/totals', (_request, response) => void response.json({ total: 1 }));
    routes.get('/v1/orders/:orderId', (request, response) => {
      response.json({ caller: callerOf(request), mayAct: mayActFor(request, 'ada') });
    });
    routes.post('/v1/orders/:orderId/ship', (request, response) => void response.json({ caller: callerOf(request) }));
    routes.get('/v1/forgotten', (_request, response) => void response.json({}));
    client = await serve(routes);
  });
  afterAll(() => client.close());
  const as = (token: string) => ({ authorization: `Bearer ${token}` });

  it('is open to the roles that it names', async () => {
    expect((await client.get('/v1/orders/o1', as('ada'))).body).toEqual({ caller: callers['ada'], mayAct: true });
    expect((await client.post('/v1/orders/o1/ship', {}, as('ops'))).body).toEqual({
      caller: { id: 'ops', roles: ['operator'] },
    });
  });

  it.each([
    ['without a token', {}, 401, 'token-missing'],
    ['with something that is none', { authorization: 'Basic abc' }, 401, 'invalid-token'],
    ['with a token that proves nothing', as('rubbish'), 401, 'invalid-token'],
    ['in another role', as('ada'), 403, 'role-missing'],
    ['in no role', as('nobody'), 403, 'role-missing'],
    ['without its scope', as('reader'), 403, 'scope-missing'],
    ['while the issuer is away', as('away'), 503, 'issuer-unavailable'],
  ])('%s is closed: %j gives %i %s', async (_case, headers, status, code) => {
    const reply = await client.post('/v1/orders/o1/ship', {}, headers);
    expect(reply).toMatchObject({ status, body: { code } });
    if (code === 'scope-missing')
      expect(reply.headers.get('www-authenticate')).toMatch(/insufficient_scope.*Orders.Write/);
    if (status === 401) expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it.each(['/v1/orders/totals', '/v1/orders/TOTALS', '/V1/orders/Totals/'])(
    '%s is not reached as another one',
    async (path) => {
      expect(await client.get(path, as('ada'))).toMatchObject({ status: 403, body: { code: 'role-missing' } });
      expect((await client.get(path, as('ops'))).body).toEqual({ total: 1 });
    },
  );

  it('that nobody has named is closed to everybody', async () => {
    expect(await client.get('/v1/forgotten', as('ops'))).toMatchObject({ status: 404 });
    expect(await client.get('/v1/forgotten', as('nobody'))).toMatchObject({ status: 403 });
  });
});
