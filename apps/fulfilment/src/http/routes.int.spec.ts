import { type Client, serve } from '@daybook/service-kit/testing';
import { fulfilmentService } from '../test-support/fulfilment-service.ts';

let service: ReturnType<typeof fulfilmentService>;
let client: Client;

beforeEach(async () => {
  service = fulfilmentService();
  client = await serve(service.routes);
});
afterEach(() => client.close());

const lines = [{ sku: '85123A', quantity: 6, unitPrice: 255 }];
const submitted = { orderId: 'o1', customerId: '1', currency: 'GBP', lines, total: 1530, payment: { token: 't' } };
const path = '/v1/sagas/FulfilOrder:o1';

async function reserved(): Promise<void> {
  await service.tell('e1', 'OrderSubmitted', 'http:1', submitted, 2);
  await service.tell('e2', 'StockReserved', 'FulfilOrder:o1/reserve/85123A/do/0', {
    sku: '85123A',
    reservationId: 'o1',
    orderId: 'o1',
    quantity: 6,
  });
}

describe('GET /v1/sagas/{sagaId}', () => {
  it('tells where the saga stands, and with ?asOf= where it stood', async () => {
    await reserved();
    const now = (await client.get(path)).body;
    const before = (await client.get(`${path}?asOf=1`)).body;
    expect(now).toMatchObject({ sagaId: 'FulfilOrder:o1', status: 'running', step: 'authorize' });
    expect(now['explanation']).toMatch(
      /answer to authorize; it asks again at .*, and turns round at 2010-12-01T02:00:00.000Z\.$/,
    );
    expect(now).toMatchObject({
      remaining: ['authorize', 'confirm', 'ship', 'capture', 'commit'],
      atStake: { money: [{ currency: 'GBP', amount: 1530 }], pieces: 6 },
    });
    expect(before).toMatchObject({ sagaId: 'FulfilOrder:o1', status: 'running', step: 'start', version: 1 });
  });

  it('is a 404 where there is or was none, a 400 where there cannot be one', async () => {
    await reserved();
    const code = async (at: string) => (await client.get(at)).body['code'];
    expect(await code('/v1/sagas/FulfilOrder:o9')).toBe('saga-unknown');
    expect(await code(`${path}?asOf=2009-12-01T00:00:00Z`)).toBe('saga-unknown');
    expect(await code(`${path}?asOf=99`)).toBe('version-unknown');
    expect(await code(`${path}?asOf=then`)).toBe('invalid-request');
    expect(await code('/v1/sagas/o1')).toBe('invalid-request');
  });
});

describe('GET /v1/sagas', () => {
  const ids = async (query: string) =>
    ((await client.get(`/v1/sagas${query}`)).body['items'] as { sagaId: string }[]).map(({ sagaId }) => sagaId);

  it('finds those that have not moved for long, a page at a time', async () => {
    for (const id of ['o1', 'o2', 'o3']) {
      await service.tell(`e-${id}`, 'OrderSubmitted', `http:${id}`, { ...submitted, orderId: id }, 2);
    }
    await service.runtime.advance(120_000);
    await service.tell('e-o4', 'OrderSubmitted', 'http:o4', { ...submitted, orderId: 'o4' }, 2);
    await service.catchUp();
    expect((await ids('?olderThan=1m')).sort()).toEqual(['FulfilOrder:o1', 'FulfilOrder:o2', 'FulfilOrder:o3']);
    const first = (await client.get('/v1/sagas?olderThan=1m&limit=2')).body;
    await service.runtime.advance(120_000);
    const second = (
      await client.get(`/v1/sagas?olderThan=1m&limit=2&after=${encodeURIComponent(String(first['next']))}`)
    ).body;
    expect([first['items'], second['items']].flat()).toHaveLength(3);
    expect((await client.get('/v1/sagas?olderThan=soon')).status).toBe(400);
  });

  it('lists them by status, type, step and reason', async () => {
    await reserved();
    await service.catchUp();
    expect(await ids('')).toEqual(['FulfilOrder:o1']);
    expect(await ids('?status=running&type=FulfilOrder')).toEqual(['FulfilOrder:o1']);
    expect(await ids('?step=authorize')).toEqual(['FulfilOrder:o1']);
    expect(await ids('?reason=timed-out')).toEqual([]);
    expect(await ids('?status=parked')).toEqual([]);
    expect((await client.get('/v1/sagas?status=lost')).status).toBe(400);
  });
});

describe('GET /v1/sagas/{sagaId}/history', () => {
  it('tells what happened', async () => {
    await reserved();
    const { body } = await client.get(`${path}/history?limit=1`);
    expect(body).toMatchObject({ items: [{ type: 'SagaStarted', version: 1 }], next: '1' });
    expect((await client.get('/v1/sagas/FulfilOrder:o9/history')).status).toBe(404);
  });
});
