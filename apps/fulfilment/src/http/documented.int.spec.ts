import { fulfilmentEndpoints, sagaActionNames } from '@daybook/contracts';
import { documented, serve, withCallers } from '@daybook/service-kit/testing';
import { fulfilmentService } from '../test-support/fulfilment-service.ts';

const lines = [{ sku: '85123A', quantity: 6, unitPrice: 255 }];
const order = { orderId: 'o1', customerId: '1', currency: 'GBP', lines, total: 1530, payment: { token: 't' } };
const payment = { paymentId: 'o1', orderId: 'o1' };
const stock = { sku: '85123A', reservationId: 'o1', orderId: 'o1', quantity: 6 };
const reason = 'asked for by the customer';
const evidence = 'the statement of 1 December';
const ann = { 'X-Actor': 'operator:ann' };
const bob = { 'X-Actor': 'operator:bob' };

it('every endpoint answers as its document says, with success and with a problem', async () => {
  const service = fulfilmentService({ secondPerson: true });
  const client = documented(await serve(service.routes), fulfilmentEndpoints);
  const pathOf = (orderId: string): string => `/v1/sagas/FulfilOrder:${orderId}`;
  const act = async (orderId: string, action: string, body: object = {}, headers = ann) => {
    const etag = (await client.get(pathOf(orderId))).headers.get('etag') ?? '';
    return client.post(`${pathOf(orderId)}/${action}`, { reason, ...body }, { 'If-Match': etag, ...headers });
  };
  const proposalOf = (body: Readonly<Record<string, unknown>>): string =>
    (body['proposals'] as { readonly proposalId: string }[])[0]?.proposalId ?? '';
  /** Shipped, and the capture refused. */
  const captureParked = async (): Promise<void> => {
    const key = 'FulfilOrder:o1';
    await service.tell('e1', 'OrderSubmitted', 'http:1', order, 2);
    await service.tell('e2', 'StockReserved', `${key}/reserve/85123A/do/0`, stock);
    const authorized = { ...payment, amount: 1530, currency: 'GBP', providerReference: 'r' };
    await service.tell('e3', 'PaymentAuthorized', `${key}/authorize/-/do/0/outcome`, authorized);
    await service.tell('e4', 'OrderConfirmed', `${key}/confirm/-/do/0`, { orderId: 'o1' });
    await service.tell('e5', 'OrderShipped', 'http:2', { orderId: 'o1', carrier: 'c', trackingNumber: 't' });
    await service.tell('e6', 'StockCommitted', `${key}/commit/85123A/do/0`, stock);
    const refused = { ...payment, request: 'capture', code: 'authorization-expired', message: 'too late' };
    await service.tell('e7', 'PaymentRequestRefused', `${key}/capture/-/do/0`, refused);
  };
  try {
    for (const path of ['?limit=0', '?after=x', '/none', '/FulfilOrder:o9', '/FulfilOrder:o9/history']) {
      await client.get(`/v1/sagas${path}`);
    }
    for (const action of sagaActionNames) await client.post(`${pathOf('o9')}/${action}`, { reason }, ann);
    await client.post(`${pathOf('o9')}/cancel`, { reason }, { ...ann, 'If-Match': '"1"' });
    await client.post(`${pathOf('o9')}/cancel`, { reason });
    await client.post(`${pathOf('o9')}/cancel`, { reason }, { 'X-Actor': 'customer:c1' });

    await captureParked();
    await client.post(`${pathOf('o1')}/retry`, { reason }, ann);
    await client.post(`${pathOf('o1')}/retry`, { reason }, { ...ann, 'If-Match': '"1"' });
    await client.post(`${pathOf('o1')}/retry?dryRun=true`, { reason }, ann);
    await act('o1', 'cancel');
    await act('o1', 'resolve', { outcome: 'succeeded', evidence });
    const declined = proposalOf((await act('o1', 'retry')).body);
    await act('o1', 'approve', { proposalId: declined });
    await act('o1', 'decline', { proposalId: declined }, bob);
    await act('o1', 'decline', { proposalId: declined }, bob);
    await act('o1', 'approve', { proposalId: proposalOf((await act('o1', 'skip', { evidence })).body) }, bob);
    await act('o1', 'retry');
    for (const [n, action] of ['resolve', 'cancel', 'force-compensate'].entries()) {
      const orderId = `o${n + 2}`;
      await service.tell(`f${n}`, 'OrderSubmitted', `http:${orderId}`, { ...order, orderId }, 2);
      await act(orderId, action, action === 'cancel' ? {} : { evidence, ...(n === 0 ? { outcome: 'failed' } : {}) });
    }
    await client.get(`${pathOf('o1')}?asOf=3`);
    await client.get(`${pathOf('o1')}?asOf=999`);
    await client.get(`${pathOf('o1')}/history?limit=3`);
    await service.catchUp();
    await client.get('/v1/sagas?limit=1');
    await client.get('/v1/sagas/totals');
    // Totals take nothing that could be wrong, except who asks.
    const closed = await serve(withCallers(service.routes, fulfilmentEndpoints));
    expect((await documented(closed, fulfilmentEndpoints).get('/v1/sagas/totals')).status).toBe(401);
    await closed.close();
    expect(client.undriven()).toEqual({ success: [], problem: ['GET /v1/sagas/totals'] });
  } finally {
    await client.close();
  }
});
