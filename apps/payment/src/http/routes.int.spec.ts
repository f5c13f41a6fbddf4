import { type Client, serve } from '@daybook/service-kit/testing';
import { authorizeWith, capturePayment, paymentService } from '../test-support/payment-service.ts';

let service: ReturnType<typeof paymentService>;
let client: Client;

beforeEach(async () => {
  service = paymentService();
  client = await serve(service.routes);
});
afterEach(() => client.close());

async function captured(): Promise<void> {
  await service.send('o1', authorizeWith('tok_approve'), 'k1');
  await service.feed('o1');
  await service.send('o1', capturePayment, 'k2');
  await service.feed('o1');
}

const view = { paymentId: 'o1', orderId: 'o1', currency: 'GBP', authorized: 900, captured: 900, refunded: 0 };

describe('GET /v1/payments/{paymentId}', () => {
  it('tells the state of the payment, with its version', async () => {
    await captured();
    const { status, headers, body } = await client.get('/v1/payments/o1');
    expect([status, headers.get('etag')]).toEqual([200, '"4"']);
    expect(body).toEqual({ ...view, status: 'captured', version: 4 });
  });

  it('with ?asOf= tells how it stood', async () => {
    await captured();
    const at = async (asOf: string) => (await client.get(`/v1/payments/o1?asOf=${asOf}`)).body;
    expect(await at('2')).toEqual({ ...view, status: 'authorized', captured: 0, version: 2 });
    expect(await at('2009-12-01T00:00:00Z')).toMatchObject({ status: 404, code: 'payment-unknown' });
    expect(await at('never')).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  it('is a 404 where there is none, a 400 where there cannot be one', async () => {
    expect(await client.get('/v1/payments/o9')).toMatchObject({ status: 404, body: { code: 'payment-unknown' } });
    expect(await client.get('/v1/payments/_proto')).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });
});

describe('GET /v1/payments', () => {
  it('finds the payment of an order', async () => {
    await captured();
    await service.catchUp();
    expect((await client.get('/v1/payments?orderId=o1')).body).toEqual({
      items: [{ ...view, status: 'captured', version: 4 }],
    });
    expect((await client.get('/v1/payments?orderId=o2')).body).toEqual({ items: [] });
    expect((await client.get('/v1/payments')).body['items']).toHaveLength(1);
  });

  it.each(['limit=0', 'limit=201', 'orderId=a/b', 'order=o1'])('refuses %s', async (query) => {
    expect(await client.get(`/v1/payments?${query}`)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });
});

describe('GET /v1/payments/{paymentId}/events', () => {
  it('tells what happened', async () => {
    await captured();
    const { body } = await client.get('/v1/payments/o1/events');
    expect((body['items'] as { type: string }[]).map(({ type }) => type)).toEqual([
      'PaymentAuthorizationRequested',
      'PaymentAuthorized',
      'PaymentCaptureRequested',
      'PaymentCaptured',
    ]);
    expect((await client.get('/v1/payments/o9/events')).status).toBe(404);
  });
});

describe('POST /v1/payments/{paymentId}/refunds', () => {
  const refund = (amount: number, headers = {}) =>
    client.post('/v1/payments/o1/refunds', { amount, reason: 'goodwill' }, headers);

  it('asks for a refund, which the provider then makes', async () => {
    await captured();
    expect(await refund(300)).toMatchObject({ status: 202, body: { status: 'captured', refunded: 0, version: 5 } });
    await service.feed('o1');
    expect((await client.get('/v1/payments/o1')).body).toMatchObject({ status: 'partially-refunded', refunded: 300 });
  });

  it('with an Idempotency-Key does so once', async () => {
    await captured();
    const key = { 'Idempotency-Key': 'r1' };
    const first = await refund(900, key);
    expect(first.status).toBe(202);
    await service.feed('o1');
    expect(await refund(900, key)).toMatchObject({ status: 202, body: first.body });
    expect((await client.get('/v1/payments/o1')).body).toMatchObject({ status: 'refunded', refunded: 900 });
    expect(service.calls.filter((call) => call.startsWith('refund'))).toHaveLength(1);
    expect(await refund(1, key)).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('never gives back more than was captured', async () => {
    await captured();
    await refund(600);
    expect(await refund(301)).toMatchObject({ status: 409, body: { code: 'refund-too-large', refundable: 300 } });
  });

  it('is refused before the capture, for an unknown payment, and at another version', async () => {
    expect(await refund(1)).toMatchObject({ status: 404, body: { code: 'payment-unknown' } });
    await service.send('o1', authorizeWith('tok_approve'), 'k1');
    expect(await refund(1)).toMatchObject({ status: 409, body: { code: 'not-captured-yet' } });
    expect(await refund(1, { 'If-Match': '"9"' })).toMatchObject({ status: 412, body: { version: 1 } });
  });

  it.each([{}, { amount: 0, reason: 'x' }, { amount: 1 }, { amount: 1, reason: '' }])('refuses %j', async (body) => {
    expect((await client.post('/v1/payments/o1/refunds', body)).status).toBe(400);
  });
});
