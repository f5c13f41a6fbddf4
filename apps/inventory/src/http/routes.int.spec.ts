import { type Client, serve } from '@daybook/service-kit/testing';
import { inventoryService } from '../test-support/inventory-service.ts';

let service: ReturnType<typeof inventoryService>;
let client: Client;

beforeEach(async () => {
  service = inventoryService();
  client = await serve(service.routes);
});
afterEach(() => client.close());

const receive = (sku: string, quantity: number, headers = {}) =>
  client.post(`/v1/stock/${sku}/receive`, { quantity }, headers);
const adjust = (sku: string, quantity: number, headers = {}) =>
  client.post(`/v1/stock/${sku}/adjust`, { quantity, reason: 'stocktaking' }, headers);

describe('POST /v1/stock/{sku}/receive', () => {
  it('adds to what is there', async () => {
    expect(await receive('85123A', 5)).toMatchObject({
      status: 200,
      body: { sku: '85123A', onHand: 5, reserved: 0, available: 5, version: 1 },
    });
    const { body, headers } = await receive('85123A', 7);
    expect([body['onHand'], headers.get('etag')]).toEqual([12, '"2"']);
  });

  it('with an Idempotency-Key does so once', async () => {
    const key = { 'Idempotency-Key': 'delivery-1' };
    await receive('85123A', 5, key);
    expect((await receive('85123A', 5, key)).body).toMatchObject({ onHand: 5, version: 1 });
    expect(await receive('85123A', 6, key)).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('takes no services, no SKU that cannot be one, and no other quantity', async () => {
    for (const sku of ['POST', 'BANK%20CHARGES', 'gift_0001_20', '__proto__', '12345%2F1']) {
      expect(await receive(sku, 5)).toMatchObject({ status: 400, body: { errors: [{ field: 'sku' }] } });
    }
    for (const quantity of [0, -1, 1.5, 1_000_001]) expect((await receive('85123A', quantity)).status).toBe(400);
  });

  it('at another version changes nothing', async () => {
    await receive('85123A', 5);
    expect(await receive('85123A', 5, { 'If-Match': '"0"' })).toMatchObject({ status: 412, body: { version: 1 } });
  });
});

describe('POST /v1/stock/{sku}/adjust', () => {
  it('is signed', async () => {
    await receive('85123A', 5);
    expect((await adjust('85123A', -2)).body).toMatchObject({ onHand: 3 });
    expect((await adjust('85123A', 1)).body).toMatchObject({ onHand: 4 });
    expect((await adjust('85123A', 0)).status).toBe(400);
  });

  it('never takes more than is available, and says how much that is', async () => {
    await receive('85123A', 5);
    await service.reserve('85123A', 'o1', 3);
    expect(await adjust('85123A', -3)).toMatchObject({
      status: 409,
      body: { code: 'insufficient-stock', available: 2, sku: '85123A' },
    });
    expect((await adjust('85123A', -2)).body).toMatchObject({ onHand: 3, reserved: 3, available: 0 });
  });
});

describe('POST /v1/stock/receipts', () => {
  const items = Array.from({ length: 40 }, (_, n) => ({ sku: String(20_000 + n), quantity: n + 1 }));

  it('receives many at once and answers in their order', async () => {
    const { status, body } = await client.post('/v1/stock/receipts', { items });
    expect(status).toBe(200);
    expect(body['items']).toEqual(
      items.map(({ sku, quantity }) => ({ sku, onHand: quantity, reserved: 0, available: quantity, version: 1 })),
    );
  });

  it('sent again with its key receives nothing more, and finishes what is missing', async () => {
    const key = { 'Idempotency-Key': 'delivery-2' };
    await client.post('/v1/stock/receipts', { items }, key);
    const again = await client.post('/v1/stock/receipts', { items }, key);
    expect((again.body['items'] as { version: number }[]).every(({ version }) => version === 1)).toBe(true);
    expect(await client.post('/v1/stock/receipts', { items: items.slice(0, 2) }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });

  it('takes several of one SKU as several', async () => {
    const twice = { sku: '85123A', quantity: 2 };
    await client.post('/v1/stock/receipts', { items: [twice, twice] });
    expect((await client.get('/v1/stock/85123A')).body).toMatchObject({ onHand: 4, version: 2 });
  });

  it('names each item that cannot be received, and receives none', async () => {
    const bad = {
      items: [
        { sku: '85123A', quantity: 1 },
        { sku: 'POST', quantity: 1 },
      ],
    };
    expect(await client.post('/v1/stock/receipts', bad)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'items.1.sku' }] },
    });
    expect((await client.get('/v1/stock/85123A')).status).toBe(404);
    expect((await client.post('/v1/stock/receipts', { items: [] })).status).toBe(400);
  });
});

describe('GET /v1/stock/{sku}', () => {
  it('tells what is there, from the events', async () => {
    await receive('85123A', 5);
    await service.reserve('85123A', 'o1', 2);
    const { body, headers } = await client.get('/v1/stock/85123A');
    expect(body).toEqual({ sku: '85123A', onHand: 5, reserved: 2, available: 3, version: 2 });
    expect(headers.get('etag')).toBe('"2"');
  });

  it('with ?asOf= tells what was there', async () => {
    await receive('85123A', 5);
    await service.reserve('85123A', 'o1', 2);
    const at = async (asOf: string) => (await client.get(`/v1/stock/85123A?asOf=${asOf}`)).body;
    expect(await at('1')).toEqual({ sku: '85123A', onHand: 5, reserved: 0, available: 5, version: 1 });
    expect(await at('2009-12-01T00:00:00Z')).toMatchObject({ status: 404, code: 'sku-unknown' });
    expect(await at('never')).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  it('is a 404 where there never was any', async () => {
    expect(await client.get('/v1/stock/85123A')).toMatchObject({ status: 404, body: { code: 'sku-unknown' } });
    expect(await client.get('/v1/stock/85123A/events')).toMatchObject({ status: 404, body: { code: 'sku-unknown' } });
  });
});

describe('GET /v1/stock', () => {
  beforeEach(async () => {
    await receive('10001', 1);
    await receive('10002', 20);
    await receive('10003', 3);
    await service.reserve('10002', 'o1', 18);
    await service.catchUp();
  });
  const skus = (body: Readonly<Record<string, unknown>>): string[] =>
    (body['items'] as { sku: string }[]).map(({ sku }) => sku).sort();

  it('lists what is there, and what is low', async () => {
    expect(skus((await client.get('/v1/stock')).body)).toEqual(['10001', '10002', '10003']);
    expect(skus((await client.get('/v1/stock?below=3')).body)).toEqual(['10001', '10002']);
    expect((await client.get('/v1/stock?below=2')).body).toEqual({
      items: [{ sku: '10001', onHand: 1, reserved: 0, available: 1, version: 1 }],
    });
  });

  it('comes in pages', async () => {
    const first = await client.get('/v1/stock?limit=2');
    const rest = await client.get(`/v1/stock?limit=2&after=${encodeURIComponent(String(first.body['next']))}`);
    expect([...skus(first.body), ...skus(rest.body)].sort()).toEqual(['10001', '10002', '10003']);
    expect(await client.get('/v1/stock?after=garbage')).toMatchObject({ status: 400, body: { code: 'bad-cursor' } });
  });
});

it('GET /v1/stock/{sku}/events tells what happened', async () => {
  await receive('85123A', 5);
  await service.reserve('85123A', 'o1', 9);
  const { body } = await client.get('/v1/stock/85123A/events');
  expect(body['items']).toMatchObject([
    { type: 'StockReceived', version: 1 },
    { type: 'StockReservationRejected', data: { available: 5, code: 'insufficient-stock' } },
  ]);
});
