import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderEvents, orderPersonalData } from '@daybook/contracts';
import { asyncApiOf } from '@daybook/contracts/documents';
import {
  createAggregateStore,
  createAuditLog,
  createEventStore,
  eventCodec,
  fileKeyWrapper,
  type StoredEvent,
  verifyStream,
} from '@daybook/eventstore';
import { eventRoute } from '@daybook/messaging';
import { orderDecider, type OrderEvent, type OrderState } from '@daybook/order-domain';
import { type Container, systemRuntime } from '@daybook/ports';
import { createProjection, createTotals, type Projector } from '@daybook/projections';
import { createKeptAnswers, createLog, openPersonalData } from '@daybook/service-kit';
import { type Client, serve } from '@daybook/service-kit/testing';
import { embeddedCosmos } from '@daybook/testing';
import { Ajv } from 'ajv';
import { orderRoutes } from './http/routes.ts';
import { type CustomerTotals, customerTotalsModel } from './read-models/customer-totals/customer-totals.ts';
import { orderSummaryProjection } from './read-models/order-summary/order-summary.ts';
import { type DailySales, salesReportModel, type SoldOrder } from './read-models/sales-report/sales-report.ts';
import { sagaRoute } from './saga-route.ts';

const names = ['orders', 'readModels', 'totals', 'subjectKeys', 'answers', 'audit'] as const;
const partitionKeys = {
  ...{ orders: '/streamId', readModels: '/id', totals: '/partition' },
  ...{ subjectKeys: '/id', answers: '/id', audit: '/streamId' },
};

/** The order service on the real SDK over the emulator; `forget` is a process of the service that starts anew. */
async function orderServiceOnCosmos(folder: string) {
  const { containers, close } = await embeddedCosmos({
    containers: Object.fromEntries(
      names.map((name) => [
        name,
        { partitionKey: partitionKeys[name], ...(name === 'orders' ? { uniqueKeys: ['/dedup'] } : {}) },
      ]),
    ) as Record<(typeof names)[number], { partitionKey: string }>,
  });
  const runtime = systemRuntime();
  const logged: string[] = [];
  const log = createLog('order', 'trace', { write: (line: string) => void logged.push(line) });
  const events = containers.orders as Container<StoredEvent>;
  let readModels: readonly Projector[] = [];

  const open = async (): Promise<Client> => {
    const store = createEventStore({ container: events, runtime });
    const audit = createAuditLog({ container: containers.audit, runtime });
    const personalData = openPersonalData({
      ...{ personal: orderPersonalData, events, subjectKeys: containers.subjectKeys, audit, runtime },
      derived: [{ kind: 'read-model', name: 'orders' }],
      wrapper: fileKeyWrapper(join(folder, 'subjects.key')),
      keyBackupDays: 30,
    });
    const codec = personalData.protect(eventCodec<OrderEvent>(orderEvents));
    const orders = createAggregateStore({ store, codec, decider: orderDecider, category: 'order' });
    const summaries = createProjection(orderSummaryProjection({ readModel: containers.readModels, store, codec }));
    const sums = { totals: containers.totals, store, codec, runtime };
    const sales = createTotals<SoldOrder, DailySales>(salesReportModel(sums).definition);
    const customers = createTotals<OrderState, CustomerTotals>(customerTotalsModel(sums).definition);
    readModels = [summaries, sales, customers];
    const { reader, erase } = personalData;
    const lists = { summaries, sales, customers };
    const answers = createKeptAnswers({ container: containers.answers });
    return serve(orderRoutes({ orders, store, answers, audit, personalData: reader, erase, ...lists, runtime }), {
      log,
    });
  };
  /** Brings the read models up to these events, as the feed does. */
  const project = async (stored: readonly StoredEvent[]): Promise<void> => {
    for (const readModel of readModels) await readModel.apply(stored);
  };
  const raw = async (container: Container): Promise<string> =>
    JSON.stringify((await container.query({ limit: 1_000 })).documents);
  return { containers, events, open, project, raw, logged, close };
}

const shipTo = { name: 'Augusta Lovelace', address: ['12 St James Square', 'London'], postalCode: 'SW1Y 4LB' };
const personal = /Augusta|Lovelace|James|SW1Y/;
const order = {
  customerId: '17850',
  currency: 'GBP',
  lines: [{ sku: '85123A', quantity: 6, unitPrice: 255 }],
  payment: { token: 'tok_approve' },
};
const operator = { 'X-Actor': 'operator:ann' };

let folder: string;
let service: Awaited<ReturnType<typeof orderServiceOnCosmos>>;
let client: Client;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-order-'));
  service = await orderServiceOnCosmos(folder);
  client = await service.open();
  await client.post('/v1/orders', { ...order, orderId: 'o1', shipTo }, { 'Idempotency-Key': 'k1' });
  await client.post('/v1/orders', { ...order, orderId: 'o2', shipTo });
  await client.post('/v1/orders', { ...order, orderId: 'o3', customerId: '13047', shipTo });
});
afterEach(async () => {
  await client.close();
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

const shipToOf = async (orderId: string, from: Client = client): Promise<unknown> => {
  const { body } = await from.get(`/v1/orders/${orderId}/events`, operator);
  return (body['items'] as { data: Record<string, unknown> }[])[1]?.data['shipTo'];
};
const eventsOf = async (orderId: string): Promise<readonly StoredEvent[]> => {
  const orderBy = [{ field: 'version', direction: 'asc' }] as const;
  return (await service.events.query({ partitionKey: `order-${orderId}`, orderBy, limit: 10 })).documents;
};
const erase = (customer: string, headers: Record<string, string> = operator) =>
  client.post(`/v1/subjects/${customer}/erase`, { reason: 'asked for by letter' }, headers);

describe('where an order is shipped to', () => {
  it('is nowhere in the database in clear, read models and what they search by included', async () => {
    for (const orderId of ['o1', 'o2', 'o3']) await service.project(await eventsOf(orderId));
    expect(await service.raw(service.containers.readModels)).toContain('"text":"o1 17850 85123a"');
    expect(await service.raw(service.containers.totals)).toContain('"kind":"total"');
    const stored = await Promise.all(Object.values(service.containers).map((container) => service.raw(container)));
    expect(stored.join('')).not.toMatch(personal);
    expect((await eventsOf('o1'))[1]?.data['shipTo']).toMatchObject({ enc: 1, kid: expect.any(String) });
  });

  it('is nowhere on the hubs in clear', async () => {
    const outgoing = (await eventsOf('o1')).flatMap((event) => [
      ...eventRoute('order-events', 'order')(event),
      ...sagaRoute(event),
    ]);
    expect(JSON.stringify(outgoing)).toContain('"shipTo":{"enc":1');
    expect(JSON.stringify(outgoing)).not.toMatch(personal);
  });

  it('goes over the hubs as the AsyncAPI document says', async () => {
    const ajv = new Ajv({ strict: false }).addSchema(asyncApiOf('order'), 'order');
    const outgoing = (await eventsOf('o1')).flatMap((event) => eventRoute('order-events', 'order')(event));
    for (const { message } of outgoing) {
      const name = `${message.type}.v${message.schemaversion}`;
      const fits = (what: unknown): boolean =>
        ajv.validate({ $ref: `order#/components/messages/${name}/payload` }, what);
      expect([name, fits(message), fits({ ...message, schemaversion: 9 })]).toEqual([name, true, false]);
      expect(fits({ ...message, data: { ...message.data, shipTo } })).toBe(false);
    }
    expect(outgoing).toHaveLength(2);
  });

  it('is shown to people who read the events, and that is on record', async () => {
    expect(await shipToOf('o1')).toEqual(shipTo);
    expect(await service.raw(service.containers.audit)).toMatch(/"toVersion":2,"actor":"operator:ann"/);
  });

  it('is withheld from people who do not say who they are', async () => {
    const { body } = await client.get('/v1/orders/o1/events');
    expect(JSON.stringify(body)).not.toMatch(personal);
    expect((body['items'] as object[])[1]).toMatchObject({ data: { orderId: 'o1', shipTo: { withheld: true } } });
  });

  it('is in no log, whatever goes wrong', async () => {
    await client.post('/v1/orders', { ...order, shipTo: { ...shipTo, floor: 3 } });
    await client.post('/v1/orders', `{"shipTo": ${JSON.stringify(shipTo)},`);
    await client.post('/v1/orders', { ...order, orderId: 'o1', shipTo });
    await client.post('/v1/orders', { ...order, currency: 'EUR', shipTo }, { 'Idempotency-Key': 'k1' });
    rmSync(join(folder, 'subjects.key'));
    const another = await service.open();
    const { status, body } = await another.post('/v1/orders', { ...order, shipTo });
    expect([status, body['code']]).toEqual([503, 'keys-unavailable']);
    expect((await another.get('/v1/orders/o1/events', operator)).status).toBe(503);
    await another.close();
    expect(service.logged.length).toBeGreaterThan(0);
    expect(service.logged.join('')).not.toMatch(personal);
  });
});

describe('POST /v1/subjects/{id}/erase', () => {
  it('answers with a receipt', async () => {
    const { status, body } = await erase('17850');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      subject: '17850',
      actor: 'operator:ann',
      reason: 'asked for by letter',
      streams: ['order-o1', 'order-o2'],
      streamCount: 2,
      derived: [{ kind: 'read-model', name: 'orders', personalFields: 'none' }],
      keyCachesEndAt: expect.any(String),
      keyBackupsEndAt: expect.any(String),
    });
  });

  it('makes readers see `erased`, of this customer only, here and in another process', async () => {
    await erase('17850');
    const another = await service.open();
    for (const reader of [client, another]) {
      expect(await shipToOf('o1', reader)).toEqual({ erased: true });
      expect(await shipToOf('o2', reader)).toEqual({ erased: true });
      expect(await shipToOf('o3', reader)).toEqual(shipTo);
    }
    await another.close();
  });

  it('leaves events as they are, and their hashes right', async () => {
    const before = await eventsOf('o1');
    await erase('17850');
    expect(await eventsOf('o1')).toEqual(before);
    expect(verifyStream(before)).toMatchObject({ ok: true, version: 2 });
  });

  it('leaves orders working: they can be cancelled, read, and read in the past', async () => {
    await erase('17850');
    expect((await client.post('/v1/orders/o1/cancel', { reason: 'moved' })).status).toBe(200);
    const another = await service.open();
    expect((await another.get('/v1/orders/o1')).body).toMatchObject({ status: 'cancelled', version: 3 });
    expect((await another.get('/v1/orders/o1?asOf=2')).body).toMatchObject({ status: 'submitted' });
    await another.close();
  });

  it('lets the customer come back, under a new key', async () => {
    await erase('17850');
    await client.post('/v1/orders', { ...order, orderId: 'o4', shipTo });
    expect([await shipToOf('o1'), await shipToOf('o4')]).toEqual([{ erased: true }, shipTo]);
  });

  it('twice is once', async () => {
    const first = await erase('17850');
    expect((await erase('17850', { 'X-Actor': 'operator:bob' })).body).toEqual(first.body);
  });

  it('wants to know who asks and why, and whom it is about', async () => {
    expect((await erase('17850', {})).body['code']).toBe('actor-required');
    expect((await client.post('/v1/subjects/17850/erase', {}, operator)).status).toBe(400);
    expect((await erase('99999')).body['code']).toBe('subject-unknown');
    expect(await shipToOf('o1')).toEqual(shipTo);
  });
});
