import { type Lab, openLab } from './support/lab.ts';
import { type Placing, placing } from './support/placing.ts';
import { until } from '@daybook/replay';

jest.setTimeout(60_000);

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly etag: string | null;
  readonly location: string | null;
}

/** What clients may rely on beside the way of an order: keys, versions, lists, refusals. */
describe('HTTP', () => {
  let lab: Lab;
  let at: Placing;
  const request = async (url: string, init: RequestInit = {}): Promise<Reply> => {
    const response = await lab.fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
    const { status, headers } = response;
    const body = (await response.json()) as Record<string, unknown>;
    return { status, body, etag: headers.get('etag'), location: headers.get('location') };
  };
  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Reply> =>
    request(`${lab.system.urls.order}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const orderBody = (customerId: string, rest: object = {}): object => ({
    customerId,
    currency: 'GBP',
    lines: [{ sku: 'POST', quantity: 1, unitPrice: 395 }],
    payment: { token: 'tok_approve' },
    ...rest,
  });
  const itemsOf = ({ body }: Reply): readonly Readonly<Record<string, unknown>>[] =>
    body['items'] as readonly Readonly<Record<string, unknown>>[];
  /** All pages of a list. */
  const list = async (url: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const items: Readonly<Record<string, unknown>>[] = [];
    let after = '';
    for (let pages = 0; pages < 50; pages += 1) {
      const page = await request(`${url}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`);
      expect(page.status).toBe(200);
      items.push(...itemsOf(page));
      if (page.body['next'] === undefined) return items;
      after = page.body['next'] as string;
    }
    throw new Error(`${url} does not come to an end`);
  };

  beforeAll(async () => {
    lab = await openLab();
    at = placing(lab.shop);
  });
  afterAll(() => lab?.close());

  it('gives one order for one Idempotency-Key, at the same time and later', async () => {
    const headers = { 'idempotency-key': 'the-button' };
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => post('/v1/orders', orderBody('c-keys'), headers)),
    );
    replies.push(await post('/v1/orders', orderBody('c-keys'), headers));
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 202));
    expect(new Set(replies.map(({ body }) => body['orderId'])).size).toBe(1);
    const orderId = String(replies[0]?.body['orderId']);
    expect(replies[0]?.location).toBe(`/v1/orders/${orderId}`);
    await at.becomes(orderId, 'confirmed');
    const later = await post('/v1/orders', orderBody('c-keys'), headers);
    expect([later.status, later.body['orderId']]).toEqual([202, orderId]);
    const events = await request(`${lab.system.urls.order}/v1/orders/${orderId}/events`);
    expect(itemsOf(events).map(({ type }) => type)).toEqual(['OrderDrafted', 'OrderSubmitted', 'OrderConfirmed']);
    const payments = `${lab.system.urls.payment}/v1/payments?orderId=${orderId}`;
    await until('the list of payments', async () => itemsOf(await request(payments)).length > 0);
    expect(itemsOf(await request(payments))).toMatchObject([{ orderId, status: 'authorized', authorized: 395 }]);
  });

  it('refuses a key that comes back with another body', async () => {
    const headers = { 'idempotency-key': 'another-button' };
    expect((await post('/v1/orders', orderBody('c-keys'), headers)).status).toBe(202);
    const other = await post('/v1/orders', orderBody('c-other'), headers);
    expect([other.status, other.body['code']]).toEqual([422, 'idempotency-key-reused']);
  });

  it('carries a command out only on the version that If-Match names', async () => {
    const orderId = await at.place([at.line('POST', 1)]);
    await at.becomes(orderId, 'confirmed');
    const { etag, body } = await request(`${lab.system.urls.order}/v1/orders/${orderId}`);
    expect(etag).toBe(`"${String(body['version'])}"`);
    const cancel = (match: string): Promise<Reply> =>
      post(`/v1/orders/${orderId}/cancel`, { reason: 'changed my mind' }, { 'if-match': match });
    expect((await cancel('"1"')).status).toBe(412);
    const done = await cancel(etag ?? '');
    expect([done.status, done.body['status']]).toEqual([200, 'cancelled']);
    expect(done.etag).toBe(`"${Number(body['version']) + 1}"`);
  });

  it('says what is wrong with a request', async () => {
    const bad = await post('/v1/orders', { customerId: '', currency: 'pounds', lines: [], payment: {} });
    expect(bad.status).toBe(400);
    const text = JSON.stringify(bad.body);
    for (const field of ['customerId', 'currency', 'lines', 'payment.token']) expect(text).toContain(field);
    const unknown = await request(`${lab.system.urls.order}/v1/orders/nobody-knows`);
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'order-unknown']);
    const sku = await at.article(3);
    const adjust = await lab.fetch(`${lab.system.urls.inventory}/v1/stock/${sku}/adjust`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ quantity: -4, reason: 'lost' }),
    });
    expect(adjust.headers.get('content-type')).toContain('application/problem+json');
    expect([adjust.status, await adjust.json()]).toMatchObject([409, { code: 'insufficient-stock', available: 3 }]);
  });

  it('lists orders, stock, payments and sagas page by page', async () => {
    const placed = await Promise.all(Array.from({ length: 7 }, () => post('/v1/orders', orderBody('c-lists'))));
    const ids = placed.map(({ body }) => String(body['orderId'])).toSorted();
    const { order, inventory, payment, fulfilment } = lab.system.urls;
    const listed = async (path: string): Promise<string[]> =>
      (await list(`${order}${path}`)).map(({ orderId }) => String(orderId)).toSorted();
    await until('all to be listed as confirmed', async () => {
      const found = await listed('/v1/orders?customerId=c-lists&status=confirmed&limit=3');
      return found.length === ids.length;
    });
    expect(await listed('/v1/orders?customerId=c-lists&limit=2')).toEqual(ids);
    expect(await listed('/v1/customers/c-lists/orders?limit=4')).toEqual(ids);
    expect(await list(`${payment}/v1/payments?orderId=${ids[0]}&limit=1`)).toHaveLength(1);
    await until('all sagas to be listed', async () => {
      const sagas = await list(`${fulfilment}/v1/sagas?type=FulfilOrder&status=running&limit=5`);
      return ids.every((id) => sagas.some(({ sagaId }) => sagaId === `FulfilOrder:${id}`));
    });
    const sku = await at.article(4);
    await until('the article to be listed', async () =>
      (await list(`${inventory}/v1/stock?below=5&limit=1`)).some((item) => item['sku'] === sku),
    );
    const bad = await request(`${order}/v1/orders?after=nonsense`);
    expect(bad.status).toBe(400);
  });
});
