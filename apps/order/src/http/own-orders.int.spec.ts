import { endpoints } from '@daybook/contracts';
import { as, type Client, serve, withCallers } from '@daybook/service-kit/testing';
import { orderService } from '../test-support/order-service.ts';

let service: ReturnType<typeof orderService>;
let client: Client;
beforeEach(async () => {
  service = orderService();
  client = await serve(withCallers(service.routes, endpoints.order));
});
afterEach(async () => {
  await client.close();
  service.close();
});

const [ada, bob, operator] = [as('customer', 'ada'), as('customer', 'bob'), as('operator', 'ops')];
const lines = [{ sku: 'POST', quantity: 1, unitPrice: 395 }];
const order = { customerId: 'ada', currency: 'GBP', lines, payment: { token: 'tok_approve' } };
const place = (headers: object, more: object = {}) => client.post('/v1/orders', { ...order, ...more }, { ...headers });

describe('a customer', () => {
  it('places orders of their own and of nobody else', async () => {
    expect((await place(ada)).status).toBe(202);
    expect(await place(bob)).toMatchObject({ status: 403, body: { code: 'not-yours' } });
  });

  it('does not find the order of somebody else, whatever they try', async () => {
    await place(ada, { orderId: 'o1' });
    await service.catchUp();
    const cancelled = { reason: 'mischief' };
    const returned = { lines: [{ sku: 'POST', quantity: 1 }], reason: 'mischief' };
    for (const reply of [
      await client.get('/v1/orders/o1', bob),
      await client.get('/v1/orders/o1?asOf=2', bob),
      await client.get('/v1/orders/o1?asOf=99', bob),
      await client.get('/v1/orders/o1/summary', bob),
      await client.post('/v1/orders/o1/cancel', cancelled, bob),
      await client.post('/v1/orders/o1/returns', returned, bob),
      await client.post('/v1/orders/o1/lines', lines[0], bob),
      await client.delete('/v1/orders/o1/lines/POST', bob),
      await client.post('/v1/orders/o1/submit', { payment: order.payment }, bob),
    ]) {
      expect(reply).toMatchObject({ status: 404, body: { code: 'order-unknown' } });
    }
    for (const path of ['/v1/customers/ada/orders', '/v1/customers/ada/totals']) {
      expect(await client.get(path, bob)).toMatchObject({ status: 403, body: { code: 'not-yours' } });
    }
    expect((await client.get('/v1/orders/o1', ada)).body).toMatchObject({ status: 'submitted', version: 2 });
    expect((await client.get('/v1/customers/ada/orders', ada)).body['items']).toHaveLength(1);
  });

  it('drafts for themselves and for nobody else', async () => {
    const draft = { orderId: 'd1', customerId: 'ada', currency: 'GBP' };
    expect(await client.post('/v1/orders/drafts', draft, bob)).toMatchObject({ body: { code: 'not-yours' } });
    expect((await client.post('/v1/orders/drafts', draft, ada)).status).toBe(201);
    expect((await client.post('/v1/orders/d1/lines', lines[0], ada)).status).toBe(200);
    expect(await client.post('/v1/orders/d1/lines', lines[0], bob)).toMatchObject({ body: { code: 'order-unknown' } });
    expect((await client.post('/v1/orders/d1/submit', { payment: order.payment }, ada)).status).toBe(202);
  });

  it('is not told how far somebody else’s order is when they ask for its id', async () => {
    await place(ada, { orderId: 'o1' });
    const taken = await place(bob, { orderId: 'o1', customerId: 'bob' });
    expect([taken.status, taken.body['code']]).toEqual([409, 'order-exists']);
    expect(JSON.stringify(taken.body)).not.toContain('submitted');
    expect((await place(ada, { orderId: 'o1' })).body).toMatchObject({ currentStatus: 'submitted' });
  });

  it('cancels their own order, and so may an operator', async () => {
    await place(ada, { orderId: 'o1' });
    await place(ada, { orderId: 'o2' });
    expect((await client.post('/v1/orders/o1/cancel', { reason: 'too late' }, ada)).status).toBe(200);
    expect((await client.post('/v1/orders/o2/cancel', { reason: 'asked by phone' }, operator)).status).toBe(200);
  });

  it('gets an order of their own for a key that somebody else has used, too', async () => {
    const key = { 'Idempotency-Key': 'k1' };
    const first = await place({ ...ada, ...key });
    expect((await place({ ...ada, ...key })).body).toEqual(first.body);
    const other = await place({ ...bob, ...key }, { customerId: 'bob' });
    expect([other.status, other.body['orderId'] === first.body['orderId']]).toEqual([202, false]);
  });
});

it('the actor on record is who the token proves, whatever X-Actor says', async () => {
  await place({ ...ada, 'X-Actor': 'operator:root' }, { orderId: 'o1' });
  await client.post('/v1/orders/o1/cancel', { reason: 'by phone' }, operator);
  const { body } = await client.get('/v1/orders/o1/events', operator);
  const actors = (body['items'] as { metadata: { actor: string } }[]).map(({ metadata }) => metadata.actor);
  expect(new Set(actors)).toEqual(new Set(['customer:ada', 'operator:ops']));
});

it('another program says for which customer it acts, and is no operator', async () => {
  const shop = as('service', 'shop');
  expect((await place({ ...shop, 'X-Actor': 'customer:ada' }, { orderId: 'o1' })).status).toBe(202);
  expect(await place({ ...shop, 'X-Actor': 'operator:root' })).toMatchObject({
    status: 403,
    body: { code: 'not-yours' },
  });
  const { body } = await client.get('/v1/orders/o1/events', operator);
  expect((body['items'] as { metadata: { actor: string } }[])[0]?.metadata.actor).toBe('customer:ada');
});
