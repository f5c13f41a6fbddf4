import { type Client, serve } from '@daybook/service-kit/testing';
import { orderService } from '../test-support/order-service.ts';

let service: ReturnType<typeof orderService>;
let client: Client;

beforeEach(async () => {
  service = orderService();
  client = await serve(service.routes);
});
afterEach(async () => {
  await client.close();
  service.close();
});

const heart = { sku: '85123A', description: 'WHITE HANGING HEART', quantity: 6, unitPrice: 255 };
const charges = { sku: 'BANK CHARGES', quantity: 1, unitPrice: 1500 };
const payment = { token: 'tok_approve' };
const draft = (more: object = {}, headers = {}) =>
  client.post('/v1/orders/drafts', { customerId: '17850', currency: 'GBP', ...more }, headers);
const add = (line: object, headers = {}) => client.post('/v1/orders/o1/lines', line, headers);
const remove = (sku: string, headers = {}) => client.delete(`/v1/orders/o1/lines/${encodeURIComponent(sku)}`, headers);
const submit = (body: object = { payment }, headers = {}) => client.post('/v1/orders/o1/submit', body, headers);

describe('an order, put together line by line', () => {
  beforeEach(async () => void (await draft({ orderId: 'o1' })));

  it('begins as a draft, and says where it is', async () => {
    const { status, headers, body } = await draft({ orderId: 'o2' });
    expect([status, body]).toEqual([201, { orderId: 'o2', status: 'draft', version: 1 }]);
    expect([headers.get('location'), headers.get('etag')]).toEqual(['/v1/orders/o2', '"1"']);
    expect((await client.get('/v1/orders/o2')).body).toMatchObject({ status: 'draft', lines: [], total: 0 });
  });

  it('is edited, and shows after each step what it has come to', async () => {
    expect(await add(heart)).toMatchObject({ status: 200, body: { lines: [heart], total: 1530, version: 2 } });
    expect(await add(charges)).toMatchObject({ status: 200, body: { lines: [heart, charges], total: 3030 } });
    const { status, headers, body } = await remove('BANK CHARGES');
    expect([status, headers.get('etag'), body['lines'], body['total']]).toEqual([200, '"4"', [heart], 1530]);
  });

  it('is submitted, from then on like any order', async () => {
    await add(heart);
    const { status, headers, body } = await submit();
    expect([status, headers.get('location'), body]).toEqual([
      202,
      '/v1/orders/o1',
      { orderId: 'o1', status: 'submitted', version: 3 },
    ]);
    await service.send('o1', { type: 'ConfirmOrder', data: { orderId: 'o1' } });
    expect((await client.get('/v1/orders/o1')).body).toMatchObject({ status: 'confirmed', total: 1530 });
  });

  it('is not submitted empty or twice, and not edited afterwards', async () => {
    expect(await submit()).toMatchObject({ status: 409, body: { code: 'draft-empty' } });
    await add(heart);
    await submit();
    expect(await submit()).toMatchObject({ status: 409, body: { code: 'cannot-submit', currentStatus: 'submitted' } });
    expect(await add(heart)).toMatchObject({ status: 409, body: { code: 'cannot-edit' } });
    expect(await remove('85123A')).toMatchObject({ status: 409, body: { code: 'cannot-edit' } });
  });

  it('says that a line is not there', async () => {
    expect(await remove('85123A')).toMatchObject({ status: 404, body: { code: 'line-unknown', sku: '85123A' } });
  });

  it('is given up by cancelling it', async () => {
    await add(heart);
    const cancelled = await client.post('/v1/orders/o1/cancel', { reason: 'changed my mind' });
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled', reason: 'changed my mind' } });
    expect(await submit()).toMatchObject({ status: 409, body: { currentStatus: 'cancelled' } });
  });

  it('is in the lists while it is put together, and in no sum', async () => {
    await add(heart);
    await add(charges);
    await remove('85123A');
    await draft({ orderId: 'o2' });
    await client.post('/v1/orders/o2/lines', heart);
    await client.post('/v1/orders/o2/cancel', { reason: 'changed my mind' });
    await service.catchUp();
    const listed = await client.get('/v1/orders?status=draft');
    expect(listed.body['items']).toMatchObject([{ orderId: 'o1', total: 1500, lineCount: 1, version: 4 }]);
    expect((await client.get('/v1/customers/17850/totals')).body['items']).toEqual([]);
    expect((await client.get('/v1/reports/sales')).body['items']).toEqual([]);
  });
});

describe('commands on drafts', () => {
  it('are carried out once for an Idempotency-Key', async () => {
    const key = { 'Idempotency-Key': 'k1' };
    const first = await draft({}, key);
    expect((await draft({}, key)).body).toEqual(first.body);
    expect(await draft({ currency: 'EUR' }, key)).toMatchObject({ status: 422 });
    await draft({ orderId: 'o1' });
    for (const _attempt of [1, 2]) expect((await add(heart, key)).status).toBe(200);
    expect((await client.get('/v1/orders/o1')).body['lines']).toEqual([heart]);
    const other = { 'Idempotency-Key': 'k2' };
    for (const _attempt of [1, 2]) expect((await remove('85123A', other)).status).toBe(200);
    for (const _attempt of [1, 2]) await add(heart, { 'Idempotency-Key': 'k3' });
    for (const _attempt of [1, 2]) expect((await submit({ payment }, { 'Idempotency-Key': 'k4' })).status).toBe(202);
    expect((await client.get('/v1/orders/o1')).body).toMatchObject({ status: 'submitted', version: 5 });
  });

  it('hold at the version that the client has seen', async () => {
    await draft({ orderId: 'o1' });
    await add(heart);
    expect(await add(charges, { 'If-Match': '"1"' })).toMatchObject({ status: 412, body: { version: 2 } });
    expect(await remove('85123A', { 'If-Match': '"1"' })).toMatchObject({ status: 412 });
    expect((await submit({ payment }, { 'If-Match': '"2"' })).status).toBe(202);
  });

  it('name every bad field', async () => {
    const fields = ({ status, body }: { status: number; body: Readonly<Record<string, unknown>> }) => [
      status,
      (body['errors'] as { field: string }[]).map(({ field }) => field).sort(),
    ];
    expect(fields(await draft({ customerId: '', currency: 'gbp' }))).toEqual([400, ['currency', 'customerId']]);
    await draft({ orderId: 'o1' });
    const wrong = { ...heart, sku: '/', quantity: 0, unitPrice: 0.5 };
    expect(fields(await add(wrong))).toEqual([400, ['quantity', 'sku', 'unitPrice']]);
    expect(fields(await submit({}))).toEqual([400, ['payment']]);
    expect(fields(await remove('a/b'))).toEqual([400, ['sku']]);
  });

  it('about an order that is not there are a 404', async () => {
    for (const reply of [await add(heart), await remove('85123A'), await submit()]) {
      expect(reply).toMatchObject({ status: 404, body: { code: 'order-unknown' } });
    }
  });
});
