import { commonEndpoints } from '@daybook/contracts';
import { createAuditLog } from '@daybook/eventstore';
import { commandMessage, createDeadLetters, deadLetterOperations, type DeadLetters } from '@daybook/messaging';
import { type Container, memoryContainer, type ReceivedMessage, virtualRuntime } from '@daybook/ports';
import { type Log, silentLog } from '../log.ts';
import { type Client, documented, nothingDriven, serve, undriven } from '../testing/testing.ts';
import { deadLetterRoutes } from './dead-letters.ts';

const hub = 'inventory-commands';
const operator = { 'X-Actor': 'operator:ada' };

function received(key: string, n: number): ReceivedMessage {
  const intentKey = `FulfilOrder:o${n}/reserve/85123A/do/0`;
  const body = commandMessage({
    ...{ messageId: `${intentKey}/1`, intentKey, service: 'fulfilment', type: 'ReserveStock', target: key },
    ...{ data: { name: 'Ada Lovelace' }, time: '2010-12-01T08:26:00.000Z', correlationId: 'r', causationId: 'e' },
    ...{ actor: 'service:fulfilment', traceparent: '00-00000000000000000000000000000001-0000000000000001-01' },
  });
  const place = { partitionId: '0', sequenceNumber: n, offset: String(n), enqueuedAtMs: 0 };
  return { messageId: body.id, key, body, ...place };
}

let client: Client;
let deadLetters: DeadLetters;
let handled: string[];
let failing: Set<string>;
let hold: Promise<void> | undefined;
let logged: object[];
let records: Container;

const own = commonEndpoints.filter(({ path }) => path.startsWith('/v1/dead-letters'));
const driven = nothingDriven();
// What takes nothing has no problem of its own.
afterAll(() => expect(undriven(own, driven)).toEqual({ success: [], problem: ['GET /v1/dead-letters/groups'] }));

beforeEach(async () => {
  const runtime = virtualRuntime();
  const partitionKey = ({ partition }: Record<string, unknown>): string => String(partition);
  deadLetters = createDeadLetters({
    container: memoryContainer({ name: 'dead-letters', runtime, partitionKey }),
    runtime,
  });
  [handled, failing, hold, logged] = [[], new Set(), undefined, []];
  const handle = async ({ id }: { readonly id: string }): Promise<void> => {
    await hold;
    if (failing.has(id)) throw new Error('still wrong');
    handled.push(id);
  };
  const log: Log = { ...silentLog, warn: (fields, message) => void logged.push({ message, ...fields }) };
  const consumers = [
    { name: hub, handle },
    { name: 'order-events', handle },
  ];
  records = memoryContainer({ name: 'audit', runtime, partitionKey: (document) => String(document['streamId']) });
  const operations = deadLetterOperations({ deadLetters, audit: createAuditLog({ container: records, runtime }) });
  client = documented(await serve(deadLetterRoutes({ deadLetters, operations, consumers, runtime, log })), own, driven);
});
afterEach(() => client.close());

const id = (n: number): string => received('k', n).messageId;
const park = (key: string, n: number, consumer = hub) =>
  deadLetters.park(consumer, received(key, n), new Error('bad'), 5);
const items = (body: Readonly<Record<string, unknown>>) => body['items'] as Record<string, unknown>[];

describe('the list', () => {
  it('shows what is parked and why, and nothing of what it says', async () => {
    await park('stock-85123A', 1);
    const { status, body } = await client.get('/v1/dead-letters');
    expect(status).toBe(200);
    expect(items(body)).toEqual([
      {
        ...{ consumer: hub, key: 'stock-85123A', messageId: id(1), type: 'ReserveStock', subject: 'stock-85123A' },
        ...{ error: 'bad', errorType: 'Error', attempts: 5, parkedAt: '2010-12-01T00:00:00.000Z' },
        ...{ fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/), traceId: '00000000000000000000000000000001' },
      },
    ]);
    expect(JSON.stringify(body)).not.toContain('Ada');
  });

  it('goes over all consumers, page by page', async () => {
    for (const n of [1, 2, 3]) await park('a', n);
    for (const n of [4, 5]) await park('b', n, 'order-events');
    const seen: unknown[] = [];
    let path = '/v1/dead-letters?limit=2';
    for (let pages = 0; path !== '' && pages < 10; pages += 1) {
      const { body } = await client.get(path);
      seen.push(...items(body).map(({ messageId }) => messageId));
      const next = body['next'] as string | undefined;
      path = next === undefined ? '' : `/v1/dead-letters?limit=2&after=${next}`;
    }
    expect(seen.sort()).toEqual([1, 2, 3, 4, 5].map(id));
  });

  it.each(['x', Buffer.from('["nobody",null]').toString('base64url')])('refuses the cursor %s', async (after) => {
    const { status, body } = await client.get(`/v1/dead-letters?after=${after}`);
    expect([status, body['code']]).toEqual([400, 'bad-cursor']);
  });

  it('of one key is in order, with stacks', async () => {
    for (const n of [2, 1]) await park('a', n);
    await park('b', 3);
    const { body } = await client.get(`/v1/dead-letters?consumer=${hub}&key=a`);
    expect(items(body)).toMatchObject([
      { messageId: id(1), stack: expect.stringContaining('bad') },
      { messageId: id(2), key: 'a' },
    ]);
    expect((await client.get('/v1/dead-letters?key=a')).body['code']).toBe('invalid-request');
  });

  it('by kind of failure counts over all consumers', async () => {
    for (const n of [1, 2]) await park('a', n);
    await park('b', 3, 'order-events');
    const { body } = await client.get('/v1/dead-letters/groups');
    expect(body['complete']).toBe(true);
    expect(items(body)).toMatchObject([
      { consumer: hub, failed: 2, behind: 0, keys: ['a'], error: 'bad', type: 'ReserveStock' },
      { consumer: 'order-events', failed: 1 },
    ]);
    expect(JSON.stringify(body)).not.toContain('Ada');
  });
});

describe('a replay', () => {
  const reason = 'mended in 1.2';
  const replay = (body: object, headers: Record<string, string> = operator) =>
    client.post('/v1/dead-letters/replay', { reason, ...body }, headers);

  it('hands a key to the handler, tells where it stopped, and is on record', async () => {
    for (const n of [1, 2, 3]) await park('a', n);
    failing.add(id(2));
    const first = await replay({ consumer: hub, key: 'a' });
    expect(first.body).toEqual({
      replayed: 1,
      unblocked: false,
      stoppedAt: [{ key: 'a', messageId: id(2), error: 'still wrong' }],
      more: false,
    });
    failing.clear();
    const second = await replay({ consumer: hub, key: 'a' });
    expect(second.body).toEqual({ replayed: 2, unblocked: true, stoppedAt: [], more: false });
    expect(handled).toEqual([1, 2, 3].map(id));
    expect(logged).toMatchObject([
      { message: 'dead letters replayed', actor: 'operator:ada', reason, key: 'a', replayed: 1 },
      { actor: 'operator:ada', replayed: 2 },
    ]);
    const { documents } = await records.query({ limit: 10 });
    expect(documents).toHaveLength(4);
    expect(documents[0]).toMatchObject({ action: 'dead-letters-replayed', actor: 'operator:ada', reason });
  });

  it('by fingerprint takes all that failed alike', async () => {
    for (const key of ['a', 'b']) await park(key, key === 'a' ? 1 : 2);
    const [group] = items((await client.get('/v1/dead-letters/groups')).body);
    const { body } = await replay({ fingerprint: group?.['fingerprint'] });
    expect(body).toMatchObject({ replayed: 2, unblocked: true });
    expect(handled.sort()).toEqual([1, 2].map(id));
  });

  it('finds the consumer by itself where only one has parked the key', async () => {
    await park('a', 1, 'order-events');
    expect((await replay({ key: 'a' })).body).toMatchObject({ replayed: 1 });
    await park('b', 2);
    await park('b', 3, 'order-events');
    expect((await replay({ key: 'b' })).body['code']).toBe('consumer-unknown');
  });

  it('of one key runs once at a time', async () => {
    await park('a', 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    const both = [replay({ consumer: hub, key: 'a' }), replay({ consumer: hub, key: 'a' })];
    const refused = await Promise.race(both);
    expect([refused.status, refused.body['code']]).toEqual([409, 'key-busy']);
    resolve();
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(handled).toEqual([id(1)]);
  });

  it.each([
    ['nobody says who asks', {}, { consumer: hub, key: 'a' }, 'actor-required'],
    ['the consumer is not known', operator, { consumer: 'nobody', key: 'a' }, 'consumer-unknown'],
    ['nothing is parked and no consumer is named', operator, { key: 'a' }, 'consumer-unknown'],
    ['there is neither key nor fingerprint', operator, { consumer: hub }, 'invalid-request'],
    ['there are both', operator, { key: 'a', fingerprint: '0123456789ab' }, 'invalid-request'],
    ['there is no reason', operator, { consumer: hub, key: 'a', reason: '' }, 'invalid-request'],
  ])('is refused where %s', async (_name, headers, body, code) => {
    const reply = await replay(body, headers);
    expect([reply.status, reply.body['code']]).toEqual([400, code]);
  });
});

describe('a discard', () => {
  const discard = (body: object, headers: Record<string, string> = operator) =>
    client.post('/v1/dead-letters/discard', body, headers);

  it('removes what can never be handled, and says who did it and why', async () => {
    for (const n of [1, 2]) await park('a', n);
    const one = await discard({ consumer: hub, key: 'a', messageId: id(1), reason: 'ordered too much' });
    expect(one.body).toEqual({ discarded: [id(1)], unblocked: false, more: false });
    const rest = await discard({ consumer: hub, key: 'a', reason: 'the order is gone' });
    expect(rest.body).toEqual({ discarded: [id(2)], unblocked: true, more: false });
    expect(items((await client.get('/v1/dead-letters')).body)).toEqual([]);
    expect(logged).toMatchObject([
      { message: 'dead letters discarded', actor: 'operator:ada', reason: 'ordered too much', discarded: [id(1)] },
      { reason: 'the order is gone', unblocked: true },
    ]);
    expect(handled).toEqual([]);
  });

  it('needs a reason and somebody who has it', async () => {
    await park('a', 1);
    expect((await discard({ consumer: hub, key: 'a' })).body['code']).toBe('invalid-request');
    expect((await discard({ consumer: hub, key: 'a', reason: 'x' }, {})).body['code']).toBe('actor-required');
    expect(items((await client.get('/v1/dead-letters')).body)).toHaveLength(1);
  });
});
