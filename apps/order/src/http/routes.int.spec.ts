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

const lines = [
  { sku: '85123A', description: 'WHITE HANGING HEART', quantity: 6, unitPrice: 255 },
  { sku: 'POST', quantity: 1, unitPrice: 1800 },
];
const order = { customerId: '17850', currency: 'GBP', lines, payment: { token: 'tok_approve' } };
const place = (more: object = {}, headers = {}) => client.post('/v1/orders', { ...order, ...more }, headers);
const post = (action: string, body?: object, headers = {}) => client.post(`/v1/orders/o1/${action}`, body, headers);
const cancel = (headers = {}) => post('cancel', { reason: 'changed my mind' }, headers);
const ship = () => post('ship', { carrier: 'Royal Mail', trackingNumber: 'RM1' });
const giveBack = (sku: string, quantity: number) => post('returns', { lines: [{ sku, quantity }], reason: 'broken' });

async function confirmed(): Promise<void> {
  await place({ orderId: 'o1' });
  await service.send('o1', { type: 'ConfirmOrder', data: { orderId: 'o1' } });
}

describe('POST /v1/orders', () => {
  it('begins and submits the order at once, and says where it is', async () => {
    const { status, headers, body } = await place({ orderId: 'o1' });
    expect([status, body]).toEqual([202, { orderId: 'o1', status: 'submitted', version: 2 }]);
    expect([headers.get('location'), headers.get('etag')]).toEqual(['/v1/orders/o1', '"2"']);
  });

  it('gives an id where there is none', async () => {
    const [one, other] = [await place(), await place()];
    expect(one.body['orderId']).not.toBe(other.body['orderId']);
    expect((await client.get(String(one.headers.get('location')))).body).toMatchObject({ total: 3330 });
  });

  it('with an Idempotency-Key makes one order, with the same id each time', async () => {
    const key = { 'Idempotency-Key': 'k1' };
    const first = await place({}, key);
    const again = await place({}, key);
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect(await place({ customerId: '1' }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });

  it('refuses an id that is taken', async () => {
    await place({ orderId: 'o1' });
    expect(await place({ orderId: 'o1' })).toMatchObject({
      status: 409,
      body: { code: 'order-exists', currentStatus: 'submitted' },
    });
  });

  it('names every bad field', async () => {
    const { status, body } = await place({
      orderId: 'a/b',
      currency: 'pounds',
      lines: [{ sku: '85123A', quantity: 0, unitPrice: -1 }],
      payment: {},
      surprise: true,
    });
    expect(status).toBe(400);
    expect((body['errors'] as { field: string }[]).map(({ field }) => field).sort()).toEqual([
      'body',
      'currency',
      'lines.0.quantity',
      'lines.0.unitPrice',
      'orderId',
      'payment.token',
    ]);
  });

  it('takes 1,000 lines and not one more', async () => {
    const many = Array.from({ length: 1_001 }, () => lines[0]);
    expect((await place({ lines: many })).status).toBe(400);
    expect((await place({ lines: many.slice(1) })).status).toBe(202);
    expect((await place({ lines: [] })).status).toBe(400);
  });

  it('takes ids that are also names of JavaScript', async () => {
    expect((await place({ orderId: 'constructor' })).status).toBe(202);
    expect((await client.get('/v1/orders/constructor')).body).toMatchObject({ orderId: 'constructor' });
  });
});

describe('an order on its way', () => {
  it('is cancelled until it is shipped', async () => {
    await confirmed();
    expect(await cancel()).toMatchObject({ status: 200, body: { status: 'cancelled', reason: 'changed my mind' } });
    expect(await cancel()).toMatchObject({ status: 409, body: { code: 'cannot-cancel', currentStatus: 'cancelled' } });
    expect(await ship()).toMatchObject({ status: 409, body: { code: 'cannot-ship', currentStatus: 'cancelled' } });
  });

  it('is shipped once it is confirmed, and delivered', async () => {
    await place({ orderId: 'o1' });
    expect(await ship()).toMatchObject({ status: 409, body: { currentStatus: 'submitted' } });
    await service.send('o1', { type: 'ConfirmOrder', data: { orderId: 'o1' } });
    expect(await ship()).toMatchObject({ status: 200, body: { status: 'shipped', trackingNumber: 'RM1', version: 4 } });
    expect(await cancel()).toMatchObject({ status: 409, body: { currentStatus: 'shipped' } });
    expect(await post('deliver')).toMatchObject({ status: 200, body: { status: 'delivered' } });
    expect(await post('deliver', {})).toMatchObject({ status: 409, body: { code: 'cannot-deliver' } });
  });

  it('cancelled and shipped at once, ends as one of them', async () => {
    await confirmed();
    const replies = await Promise.all([cancel(), ship()]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('changes only at the version that the client has seen', async () => {
    await confirmed();
    expect(await cancel({ 'If-Match': '"2"' })).toMatchObject({ status: 412, body: { version: 3 } });
    expect((await cancel({ 'If-Match': '"3"' })).status).toBe(200);
  });

  it('comes back, and says what can still come back', async () => {
    await confirmed();
    await ship();
    expect(await giveBack('85123A', 4)).toMatchObject({
      status: 202,
      body: { returns: [{ returnId: 'o1.r1', refund: 1020, completed: false }] },
    });
    expect(await giveBack('85123A', 3)).toMatchObject({
      status: 409,
      body: { code: 'return-too-large', sku: '85123A', returnable: 2 },
    });
  });

  it.each(['cancel', 'ship', 'deliver', 'returns'])('that is not there is a 404 to %s', async (action) => {
    const bodies = {
      cancel: { reason: 'x' },
      ship: { carrier: 'x', trackingNumber: 'y' },
      deliver: {},
      returns: { lines: [{ sku: '85123A', quantity: 1 }], reason: 'x' },
    };
    expect(await post(action, bodies[action as keyof typeof bodies])).toMatchObject({
      status: 404,
      body: { code: 'order-unknown' },
    });
  });

  it.each([
    ['cancel', {}],
    ['cancel', { reason: '' }],
    ['ship', { carrier: 'Royal Mail' }],
    ['deliver', { to: 'me' }],
    ['returns', { lines: [], reason: 'x' }],
  ])('refuses a body that does not fit %s: %j', async (action, body) => {
    await place({ orderId: 'o1' });
    expect(await post(action, body)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });
});

describe('GET /v1/orders/{orderId}', () => {
  it('tells the order as its events leave it', async () => {
    await place({ orderId: 'o1' });
    const { status, headers, body } = await client.get('/v1/orders/o1');
    expect([status, headers.get('etag')]).toEqual([200, '"2"']);
    expect(body).toEqual({
      orderId: 'o1',
      customerId: '17850',
      status: 'submitted',
      currency: 'GBP',
      total: 3330,
      lines,
      version: 2,
    });
  });

  it('is a 404 where there is none, a 400 where there cannot be one', async () => {
    expect(await client.get('/v1/orders/o9')).toMatchObject({ status: 404, body: { code: 'order-unknown' } });
    expect(await client.get('/v1/orders/a%2Fb')).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });
});

describe('GET /v1/orders/{orderId}?asOf=', () => {
  it('tells the order as it was after a version or at a time', async () => {
    await confirmed();
    await cancel();
    const statusAt = async (asOf: string) => (await client.get(`/v1/orders/o1?asOf=${asOf}`)).body['status'];
    expect([await statusAt('2'), await statusAt('3'), await statusAt('4')]).toEqual([
      'submitted',
      'confirmed',
      'cancelled',
    ]);
    expect(await statusAt('2010-12-01T00:00:00Z')).toBe('cancelled');
  });

  it('is a 404 before it was, and where it has not come; a 400 for what is no time', async () => {
    await place({ orderId: 'o1' });
    const at = (asOf: string) => client.get(`/v1/orders/o1?asOf=${asOf}`);
    expect(await at('2009-12-01T00:00:00Z')).toMatchObject({ status: 404, body: { code: 'order-unknown' } });
    expect(await at('3')).toMatchObject({ status: 404, body: { code: 'version-unknown', version: 2 } });
    expect(await at('monday')).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });
});

describe('GET /v1/orders/{orderId}/events', () => {
  it('tells what happened', async () => {
    await place({ orderId: 'o1' });
    const { body } = await client.get('/v1/orders/o1/events');
    expect(body['items']).toMatchObject([
      { type: 'OrderDrafted', version: 1 },
      { type: 'OrderSubmitted', version: 2, schemaVersion: 2 },
    ]);
    expect((await client.get('/v1/orders/o9/events')).status).toBe(404);
  });
});

describe('GET /v1/orders', () => {
  beforeEach(async () => {
    await confirmed();
    await place({ orderId: 'o2' });
    await place({ orderId: 'o3', customerId: '13047' });
    await service.catchUp();
  });
  const ids = async (path: string): Promise<string[]> =>
    ((await client.get(path)).body['items'] as { orderId: string }[]).map(({ orderId }) => orderId).sort();

  it('lists all, by status, by customer', async () => {
    expect(await ids('/v1/orders')).toEqual(['o1', 'o2', 'o3']);
    expect(await ids('/v1/orders?status=submitted')).toEqual(['o2', 'o3']);
    expect(await ids('/v1/orders?customerId=17850&status=submitted')).toEqual(['o2']);
    expect(await ids('/v1/customers/17850/orders')).toEqual(['o1', 'o2']);
    expect(await ids('/v1/customers/nobody/orders')).toEqual([]);
  });

  it('shows what a list needs, and no more', async () => {
    const { body } = await client.get('/v1/orders?status=confirmed');
    expect(body).toEqual({
      items: [
        {
          orderId: 'o1',
          customerId: '17850',
          status: 'confirmed',
          currency: 'GBP',
          total: 3330,
          lineCount: 2,
          placedAt: '2010-12-01T00:00:00.000Z',
          updatedAt: '2010-12-01T00:00:00.000Z',
          version: 3,
        },
      ],
    });
  });

  it('comes in pages, each to its own question', async () => {
    const first = await client.get('/v1/orders?limit=2');
    const next = encodeURIComponent(String(first.body['next']));
    expect((await client.get(`/v1/orders?limit=2&after=${next}`)).body['items']).toHaveLength(1);
    expect(await client.get(`/v1/orders?status=confirmed&after=${next}`)).toMatchObject({
      status: 400,
      body: { code: 'bad-cursor' },
    });
    expect((await client.get('/v1/customers/17850/orders?after=garbage')).status).toBe(400);
  });

  it.each(['status=lost', 'limit=0', 'limit=201', 'customerId=a/b', 'sort=total', 'limit=1&limit=2'])(
    'refuses %s',
    async (query) => {
      expect(await client.get(`/v1/orders?${query}`)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    },
  );
});

describe('GET /v1/orders, searched', () => {
  const heart = { sku: '85123A', description: 'WHITE HANGING HEART', quantity: 2, unitPrice: 255 };
  const lantern = { sku: '71053', description: 'WHITE METAL LANTERN', quantity: 1, unitPrice: 339 };
  beforeEach(async () => {
    await place({ orderId: 'o1', lines: [heart] });
    await service.wait(3_600_000);
    await place({ orderId: 'o2', lines: [lantern] });
    await service.wait(86_400_000);
    await place({ orderId: 'o3', lines: [heart, lantern], customerId: '13047' });
    await service.catchUp();
  });
  const ids = async (query: string): Promise<string[]> =>
    ((await client.get(`/v1/orders?${query}`)).body['items'] as { orderId: string }[]).map(({ orderId }) => orderId);

  it('the newest first', async () => expect(await ids('')).toEqual(['o3', 'o2', 'o1']));

  it.each([
    ['text=white', ['o3', 'o2', 'o1']],
    ['text=HEART', ['o3', 'o1']],
    ['text=heart+lantern', ['o3']],
    ['text=71053', ['o3', 'o2']],
    ['text=o2', ['o2']],
    ['text=nothing', []],
    ['minTotal=400&maxTotal=600', ['o1']],
    ['minTotal=339&maxTotal=339', ['o2']],
    ['from=2010-12-02', ['o3']],
    ['to=2010-12-01', ['o2', 'o1']],
    ['from=2010-12-01T01:00:00Z&to=2010-12-01T01:00:00.001Z', ['o2']],
    ['to=2010-12-01T01:00:00Z', ['o1']],
    ['text=white&customerId=13047&status=submitted', ['o3']],
  ])('%s', async (query, found) => expect(await ids(query)).toEqual(found));

  it('page by page, in the same order', async () => {
    const found: unknown[] = [];
    let after = '';
    do {
      const { body } = await client.get(`/v1/orders?text=white&limit=1${after}`);
      found.push(...(body['items'] as object[]));
      after = body['next'] === undefined ? '' : `&after=${encodeURIComponent(String(body['next']))}`;
    } while (after !== '');
    expect(found).toMatchObject([{ orderId: 'o3' }, { orderId: 'o2' }, { orderId: 'o1' }]);
  });

  it.each(['text=', 'text=a+b+c+d+e+f', 'from=monday', 'to=2010-12-01T00:00', 'minTotal=-1', 'maxTotal=1.5'])(
    'refuses %s',
    async (query) => {
      expect(await client.get(`/v1/orders?${query}`)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    },
  );
});

describe('GET /v1/orders/{orderId}/summary', () => {
  it('waits for the version that is asked for, and says so when it does not come', async () => {
    await confirmed();
    await service.catchUp();
    const reached = await client.get('/v1/orders/o1/summary?minVersion=3');
    expect(reached).toMatchObject({ status: 200, body: { orderId: 'o1', status: 'confirmed', version: 3 } });
    await cancel();
    const late = client.get('/v1/orders/o1/summary?minVersion=4');
    await service.waitUntilAsked();
    await service.catchUp();
    await service.wait(200);
    expect(await late).toMatchObject({ status: 200, body: { status: 'cancelled', version: 4 } });
    const never = client.get('/v1/orders/o1/summary?minVersion=9');
    await service.waitUntilAsked();
    await service.wait(2_000);
    const { status, headers, body } = await never;
    expect([status, headers.get('retry-after'), body]).toMatchObject([
      503,
      '1',
      { code: 'not-yet-visible', version: 4, minVersion: 9 },
    ]);
    expect((await client.get('/v1/orders/o9/summary')).status).toBe(404);
  });
});

describe('sums over many orders', () => {
  beforeEach(async () => {
    await confirmed();
    await place({ orderId: 'o2' });
    await place({ orderId: 'o3', customerId: '13047', lines: [lines[0]] });
    await service.send('o3', { type: 'ConfirmOrder', data: { orderId: 'o3' } });
    await ship();
    await giveBack('85123A', 4);
    await service.wait(86_400_000);
    await service.send('o1', { type: 'CompleteReturn', data: { orderId: 'o1', returnId: 'o1.r1', refunded: 1020 } });
    await service.catchUp();
  });

  it('GET /v1/reports/sales: what was accepted by the day it was placed, what came back by the day it did', async () => {
    const { body } = await client.get('/v1/reports/sales');
    const none = { returned: 0, refunded: 0 };
    expect(body['items']).toEqual([
      { day: '2010-12-01', sku: '85123A', currency: 'GBP', units: 12, revenue: 3060, ...none },
      { day: '2010-12-01', sku: 'POST', currency: 'GBP', units: 1, revenue: 1800, ...none },
      { day: '2010-12-02', sku: '85123A', currency: 'GBP', units: 0, revenue: 0, returned: 4, refunded: 1020 },
    ]);
    expect((await client.get('/v1/reports/sales?from=2010-12-02')).body['items']).toHaveLength(1);
    expect((await client.get('/v1/reports/sales?to=2010-12-01&sku=POST')).body['items']).toHaveLength(1);
    expect((await client.get('/v1/reports/sales?from=yesterday')).status).toBe(400);
  });

  it('takes back what is cancelled', async () => {
    await client.post('/v1/orders/o3/cancel', { reason: 'late' });
    await service.catchUp();
    const { body } = await client.get('/v1/reports/sales?sku=85123A&to=2010-12-01');
    expect(body['items']).toMatchObject([{ units: 6, revenue: 1530 }]);
    expect((await client.get('/v1/customers/13047/totals')).body['items']).toMatchObject([{ lost: 1, spent: 0 }]);
  });

  it('GET /v1/customers/{id}/totals', async () => {
    expect((await client.get('/v1/customers/17850/totals')).body).toEqual({
      customerId: '17850',
      items: [{ currency: 'GBP', orders: 2, lost: 0, spent: 3330, refunded: 1020 }],
    });
    expect((await client.get('/v1/customers/nobody/totals')).body).toEqual({ customerId: 'nobody', items: [] });
  });
});
