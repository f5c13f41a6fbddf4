import { fulfilmentDefinitions } from '@daybook/fulfilment-domain';
import { virtualRuntime } from '@daybook/ports';
import { createProjection } from '@daybook/projections';
import { createSagaRunner, createSagaStore, projectSagaListItem, type SagaListItem } from '@daybook/saga';
import { type Client, memoryStores, serve } from '@daybook/service-kit/testing';
import { fulfilmentRoutes } from './routes.ts';

/** The orchestrator over stores in memory, and a way to tell it what happened. */
function fulfilmentService() {
  const runtime = virtualRuntime({ seed: 1 });
  const stores = memoryStores(runtime);
  const { store, audit } = stores;
  const definitions = fulfilmentDefinitions();
  const sagas = createSagaStore({ store, definitions });
  const runner = createSagaRunner({ sagas, definitions, runtime });
  const list = createProjection<SagaListItem>({
    name: 'sagas',
    readModel: stores.readModels,
    streams: 'saga-',
    project: projectSagaListItem,
    readStream: async (streamId, afterVersion) => (await store.read({ streamId, afterVersion })).events,
  });
  return {
    routes: fulfilmentRoutes({ sagas, store, audit, runtime, list }),
    catchUp: () => stores.catchUp([list]),
    tell: (id: string, type: string, commandkey: string, data: Readonly<Record<string, unknown>>, schemaversion = 1) =>
      runner.handleInput({
        specversion: '1.0',
        id,
        source: 'daybook/order',
        type,
        subject: 'order-o1',
        time: '2010-12-01T00:00:00.000Z',
        datacontenttype: 'application/json',
        data,
        traceparent: '',
        correlationid: 'c',
        causationid: 'r',
        commandkey,
        schemaversion,
        actor: 'test',
      }),
  };
}

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
  it('lists them by status and type', async () => {
    await reserved();
    await service.catchUp();
    const ids = async (query: string) =>
      ((await client.get(`/v1/sagas${query}`)).body['items'] as { sagaId: string }[]).map(({ sagaId }) => sagaId);
    expect(await ids('')).toEqual(['FulfilOrder:o1']);
    expect(await ids('?status=running&type=FulfilOrder')).toEqual(['FulfilOrder:o1']);
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
