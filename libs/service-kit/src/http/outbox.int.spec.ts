import { commonEndpoints } from '@daybook/contracts';
import { createAuditLog, type StoredEvent } from '@daybook/eventstore';
import { createOutbox, type Outbox } from '@daybook/messaging';
import { type Container, HubError, memoryContainer, virtualRuntime } from '@daybook/ports';
import { silentLog } from '../log.ts';
import { type Client, documented, nothingDriven, serve, undriven } from '../testing/testing.ts';
import { outboxRoutes } from './outbox.ts';

const operator = { 'X-Actor': 'operator:ada' };
const event = { streamId: 'order-a', version: 1, eventId: 'e1', type: 'OrderSubmitted' } as StoredEvent;

let client: Client;
let records: Container;
let outbox: Outbox | undefined;

const own = commonEndpoints.filter(({ path }) => path.startsWith('/v1/outbox'));
const driven = nothingDriven();
afterAll(() => expect(undriven(own, driven)).toEqual({ success: [], problem: [] }));

beforeEach(async () => {
  const runtime = virtualRuntime({ seed: 1 });
  const byStream = (document: Readonly<Record<string, unknown>>): string => String(document['streamId']);
  records = memoryContainer({ name: 'audit', runtime, partitionKey: byStream });
  const container = memoryContainer({ name: 'outbox', runtime, partitionKey: byStream });
  const made = createOutbox({
    ...{ container, runtime, readEvent: async () => event },
    relay: { publish: () => Promise.reject(new HubError('too-large', 'order-events', 'larger than 1 MB')) },
  });
  await made.derive([event]);
  await made.publish(await made.list('PENDING'), { attempt: 5 });
  outbox = made;
  const audit = createAuditLog({ container: records, runtime });
  client = documented(await serve(outboxRoutes({ outbox: () => outbox, audit, runtime, log: silentLog })), own, driven);
});
afterEach(() => client.close());

const failed = {
  ...{ streamId: 'order-a', version: 1, eventId: 'e1', type: 'OrderSubmitted', status: 'FAILED' },
  error: 'order-events: larger than 1 MB',
};

it('lists what has failed, and by status and stream', async () => {
  expect((await client.get('/v1/outbox')).body).toMatchObject({ items: [failed] });
  expect((await client.get('/v1/outbox?status=PENDING')).body).toEqual({ items: [] });
  expect((await client.get('/v1/outbox?streamId=order-b')).body).toEqual({ items: [] });
  expect((await client.get('/v1/outbox?status=LATE')).body['code']).toBe('invalid-request');
});

it('has it sent again, on record', async () => {
  const retry = await client.post(
    '/v1/outbox/retry',
    { streamId: 'order-a', reason: 'the hub takes more now' },
    operator,
  );
  expect(retry.body).toEqual({ retried: 1 });
  expect((await client.get('/v1/outbox?status=PENDING')).body).toMatchObject({ items: [{ eventId: 'e1' }] });
  const { documents } = await records.query({ limit: 10 });
  expect(documents).toMatchObject([
    {
      action: 'outbox-retried',
      actor: 'operator:ada',
      reason: 'the hub takes more now',
      details: { streamId: 'order-a' },
    },
  ]);
});

it('needs a reason and somebody who has it, and an outbox', async () => {
  expect((await client.post('/v1/outbox/retry', { reason: 'x' }, {})).body['code']).toBe('actor-required');
  expect((await client.post('/v1/outbox/retry', {}, operator)).body['code']).toBe('invalid-request');
  outbox = undefined;
  const refused = await client.post('/v1/outbox/retry', { reason: 'x' }, operator);
  expect([refused.status, refused.body['code']]).toEqual([404, 'no-outbox']);
});
