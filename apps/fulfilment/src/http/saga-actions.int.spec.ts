import { type Client, serve } from '@daybook/service-kit/testing';
import { stakeTotals } from './totals.ts';
import { fulfilmentService } from '../test-support/fulfilment-service.ts';

let service: ReturnType<typeof fulfilmentService>;
let client: Client;

async function open(options?: { secondPerson: boolean }): Promise<void> {
  service = fulfilmentService(options);
  client = await serve(service.routes);
}
afterEach(() => client.close());

const sagaId = 'FulfilOrder:o1';
const path = `/v1/sagas/${sagaId}`;
const lines = [{ sku: '85123A', quantity: 6, unitPrice: 255 }];
const order = { orderId: 'o1', customerId: '1', currency: 'GBP', lines, total: 1530, payment: { token: 't' } };
const payment = { paymentId: 'o1', orderId: 'o1' };
const stock = { sku: '85123A', reservationId: 'o1', orderId: 'o1', quantity: 6 };
const ann = { 'X-Actor': 'operator:ann' };
const bob = { 'X-Actor': 'operator:bob' };
const reason = 'asked for by the customer';

async function reserved(): Promise<void> {
  await service.tell('e1', 'OrderSubmitted', 'http:1', order, 2);
  await service.tell('e2', 'StockReserved', `${sagaId}/reserve/85123A/do/0`, stock);
}

/** Shipped, and the capture refused. */
async function captureParked(): Promise<void> {
  await reserved();
  const authorized = { ...payment, amount: 1530, currency: 'GBP', providerReference: 'r' };
  await service.tell('e3', 'PaymentAuthorized', `${sagaId}/authorize/-/do/0/outcome`, authorized);
  await service.tell('e4', 'OrderConfirmed', `${sagaId}/confirm/-/do/0`, { orderId: 'o1' });
  await service.tell('e5', 'OrderShipped', 'http:2', { orderId: 'o1', carrier: 'c', trackingNumber: 't' });
  await service.tell('e6', 'StockCommitted', `${sagaId}/commit/85123A/do/0`, stock);
  const refused = { ...payment, request: 'capture', code: 'authorization-expired', message: 'too late' };
  await service.tell('e7', 'PaymentRequestRefused', `${sagaId}/capture/-/do/0`, refused);
}

const etagOf = async (): Promise<string> => (await client.get(path)).headers.get('ETag') ?? '';
const act = async (action: string, body: object, headers: Record<string, string> = ann) =>
  client.post(`${path}/${action}`, { reason, ...body }, { 'If-Match': await etagOf(), ...headers });

describe('an intervention', () => {
  beforeEach(() => open());

  it('is refused without a version, an operator, a reason, or with another version', async () => {
    await reserved();
    const answer = async (body: object, headers: Record<string, string>) => {
      const { status, body: problem } = await client.post(`${path}/cancel`, body, headers);
      return [status, problem['code']];
    };
    expect(await answer({ reason }, ann)).toEqual([428, 'if-match-required']);
    expect(await answer({ reason }, { 'If-Match': '"1"' })).toEqual([400, 'actor-required']);
    expect(await answer({ reason }, { 'If-Match': '"1"', 'X-Actor': 'customer:c1' })).toEqual([
      403,
      'operator-required',
    ]);
    expect(await answer({}, { 'If-Match': '"1"', ...ann })).toEqual([400, 'invalid-request']);
    expect(await answer({ reason }, { 'If-Match': '"1"', ...ann })).toEqual([412, 'version-mismatch']);
    const nobody = await client.post('/v1/sagas/FulfilOrder:o9/cancel', { reason }, { 'If-Match': '"1"', ...ann });
    expect([nobody.status, nobody.body['code']]).toEqual([404, 'saga-unknown']);
  });

  it('can be tried without happening', async () => {
    await reserved();
    const before = await etagOf();
    const { status, body } = await client.post(`${path}/cancel?dryRun=true`, { reason }, ann);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      dryRun: true,
      needsApproval: false,
      commands: [{ type: 'VoidPayment', target: 'payment-o1' }],
      timers: [{ step: 'authorize', phase: 'undo', purpose: 'timeout' }],
      saga: { status: 'compensating', remaining: ['undo authorize', 'undo reserve', 'reject'] },
    });
    expect(await etagOf()).toBe(before);
    await captureParked();
    const late = await client.post(`${path}/cancel?dryRun=true`, { reason }, ann);
    expect([late.status, late.body['code']]).toEqual([409, 'past-the-pivot']);
  });

  it('is in the history, with who and why, in the trace of the request that began the saga', async () => {
    await captureParked();
    const { status, body } = await act('retry', {});
    expect([status, body['status']]).toEqual([200, 'running']);
    const items = (await client.get(`${path}/history?limit=500`)).body['items'] as {
      type: string;
      data: object;
      metadata: object;
    }[];
    expect(items.find(({ type }) => type === 'OperatorActed')).toMatchObject({
      data: { actor: 'operator:ann', reason, action: { action: 'retry', step: 'capture', items: ['-'] } },
      metadata: { actor: 'operator:ann', correlationId: 'c' },
    });
    const issued = items.filter(({ type }) => type === 'CommandsIssued').at(-1);
    expect(issued?.data).toMatchObject({ commands: [{ intentKey: `${sagaId}/capture/-/do/1` }] });
  });

  it('happens once for an Idempotency-Key', async () => {
    await captureParked();
    const headers = { ...ann, 'If-Match': await etagOf(), 'Idempotency-Key': 'k1' };
    const first = await client.post(`${path}/retry`, { reason }, headers);
    const again = await client.post(`${path}/retry`, { reason }, headers);
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.headers.get('ETag')).toBe(first.headers.get('ETag'));
  });

  it('is refused with what could be done instead', async () => {
    await captureParked();
    expect((await act('cancel', {})).body).toMatchObject({ status: 409, code: 'past-the-pivot' });
    const resolve = await act('resolve', { outcome: 'succeeded', evidence: 'the statement of 1 December' });
    expect(resolve.body).toMatchObject({ status: 409, code: 'not-in-doubt' });
    const skip = await act('skip', { evidence: 'paid by bank transfer 4711' });
    expect(skip.body).toMatchObject({ status: 'completed' });
  });
});

describe('an intervention that moves money, where two are needed', () => {
  beforeEach(() => open({ secondPerson: true }));

  it('waits for the approval of somebody else', async () => {
    await captureParked();
    const dry = await client.post(`${path}/retry?dryRun=true`, { reason }, ann);
    expect(dry.body).toMatchObject({ needsApproval: true, commands: [{ type: 'CapturePayment' }] });
    const proposed = await act('retry', {});
    const [proposal] = proposed.body['proposals'] as { proposalId: string }[];
    expect(proposed.body).toMatchObject({ status: 'parked', proposals: [{ actor: 'operator:ann', reason }] });
    const body = { proposalId: proposal?.proposalId };
    expect((await act('approve', body)).body).toMatchObject({ status: 409, code: 'second-person-needed' });
    expect((await act('approve', body, bob)).body).toMatchObject({ status: 'running', proposals: [] });
  });
});

describe('GET /v1/sagas/totals', () => {
  it('loads again only what has gone on', async () => {
    await open();
    const loaded: string[] = [];
    const { sagas } = service;
    const watched = { ...sagas, load: (id: string) => (loaded.push(id), sagas.load(id)) };
    const totals = stakeTotals({ ...service, sagas: watched });
    for (const id of ['o1', 'o2']) {
      await service.tell(`e-${id}`, 'OrderSubmitted', `http:${id}`, { ...order, orderId: id }, 2);
    }
    await service.catchUp();
    expect(await totals()).toMatchObject({ pieces: 12 });
    expect(await totals()).toMatchObject({ pieces: 12 });
    expect(loaded).toHaveLength(2);
    await service.tell('c', 'OrderCancelled', 'http:c', { orderId: 'o2', reason: 'r' });
    await service.tell('r', 'StockReservationReleased', 'FulfilOrder:o2/reserve/85123A/undo/0', stock);
    await service.catchUp();
    expect(await totals()).toMatchObject({ pieces: 6, sagas: [{ status: 'running', count: 1 }] });
    expect(loaded).toHaveLength(2);
    await service.tell('s', 'StockReserved', `${sagaId}/reserve/85123A/do/0`, stock);
    await service.catchUp();
    expect(await totals()).toMatchObject({ pieces: 6, money: [{ currency: 'GBP', amount: 1530 }] });
    expect(loaded).toHaveLength(3);
  });

  it('adds up what every saga has at stake', async () => {
    await open();
    await captureParked();
    await service.tell('f1', 'OrderSubmitted', 'http:3', { ...order, orderId: 'o2' }, 2);
    await service.catchUp();
    expect((await client.get('/v1/sagas/totals')).body).toEqual({
      money: [{ currency: 'GBP', amount: 1530 }],
      pieces: 6,
      sagas: expect.arrayContaining([
        { type: 'FulfilOrder', status: 'parked', count: 1 },
        { type: 'FulfilOrder', status: 'running', count: 1 },
      ]),
      unknownVersions: 0,
      complete: true,
    });
  });
});
