import { commonEndpoints } from '@daybook/contracts';
import { createFeedAdmin, createFeedProcessor, type FeedProcessor } from '@daybook/change-feed';
import { createAuditLog } from '@daybook/eventstore';
import { type Container, memoryContainer, systemRuntime } from '@daybook/ports';
import { type Client, documented, nothingDriven, serve, undriven } from '../testing/testing.ts';
import { silentLog } from '../log.ts';
import { feedRoutes } from './feeds.ts';

const runtime = systemRuntime();
const operator = { 'X-Actor': 'operator:ada' };

let client: Client;
let feed: FeedProcessor;
let records: Container;
let handled: string[];

const own = commonEndpoints.filter(({ path }) => path.startsWith('/v1/feeds'));
const driven = nothingDriven();
// What takes nothing has no problem of its own.
afterAll(() => expect(undriven(own, driven)).toEqual({ success: [], problem: ['GET /v1/feeds'] }));

beforeEach(async () => {
  const byId = (name: string): Container =>
    memoryContainer({ name, runtime, partitionKey: ({ id }) => id, feedRanges: 1 });
  const [source, leases] = [byId('source'), byId('leases')];
  records = memoryContainer({ name: 'audit', runtime, partitionKey: (document) => String(document['streamId']) });
  handled = [];
  feed = createFeedProcessor({
    ...{ name: 'read-models', instance: 'one', source, leases, runtime },
    keyOf: ({ id }) => id,
    limits: { minRanges: 2, renewEveryMs: 90, leaseDurationMs: 300, checkpointEveryMs: 10, pollIdleMs: 20 },
    handleKey: async (documents) => void handled.push(...documents.map(({ id }) => id)),
  });
  await feed.start();
  for (const id of ['a', 'b', 'c']) await source.batch(id, [{ kind: 'create', document: { id } }]);
  client = documented(
    await serve(
      feedRoutes({
        admin: createFeedAdmin({ leases, source, runtime }),
        health: () => ({ 'read-models': feed.health() }),
        audit: createAuditLog({ container: records, runtime }),
        ...{ runtime, log: silentLog },
      }),
    ),
    own,
    driven,
  );
  await until(
    () => handled.length >= 3 && feed.health().ranges.every(({ continuation }) => continuation !== undefined),
  );
});
afterEach(async () => {
  await client.close();
  await feed.stop();
});

async function until(done: () => boolean): Promise<void> {
  for (let n = 0; n < 500 && !done(); n += 1) await runtime.sleep(10);
  expect(done()).toBe(true);
}
const rewind = (body: object, headers: Readonly<Record<string, string>> = operator, name = 'read-models') =>
  client.post(`/v1/feeds/${name}/rewind`, body, headers);

it('lists feeds with owner, position and lag of each range, and the health of those at work here', async () => {
  const { status, body } = await client.get('/v1/feeds');
  expect(status).toBe(200);
  const range = { owner: 'one', generation: 0, continuation: expect.any(String), lagSeconds: expect.any(Number) };
  expect(body['items']).toMatchObject([
    { name: 'read-models', ranges: [range, range], here: { running: true, healthy: true } },
  ]);
});

it('rewinds to the beginning while the feed works, on record with actor and reason', async () => {
  const { status, body } = await rewind({ to: 'beginning', reason: 'the handler was wrong' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ name: 'read-models', ranges: [{ generation: 1 }, { generation: 1 }] });
  await until(() => handled.length >= 6);
  expect([...handled].sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  expect((await records.query({ limit: 10 })).documents).toMatchObject([
    { action: 'feed-rewound', actor: 'operator:ada', reason: 'the handler was wrong', details: { to: 'beginning' } },
  ]);
});

it('rewinds one range to a time or a position', async () => {
  const [one] = feed.health().ranges;
  const position = { position: one?.continuation, range: one?.id, reason: 'r' };
  expect((await rewind(position)).body).toMatchObject({ ranges: [{ id: one?.id, generation: 1 }] });
  const time = { time: '2010-01-01T00:00:00Z', range: one?.id, reason: 'r' };
  expect((await rewind(time)).body).toMatchObject({ ranges: [{ id: one?.id, generation: 2 }] });
});

it.each([
  ['nobody to name', { to: 'beginning', reason: 'r' }, {}, 400, 'actor-required'],
  ['no reason', { to: 'beginning' }, operator, 400, 'invalid-request'],
  ['now, which would skip', { to: 'now', reason: 'r' }, operator, 400, 'invalid-request'],
  ['a position that is none', { position: 'x', range: '0-20000000', reason: 'r' }, operator, 400, 'bad-position'],
  ['a range that there is not', { to: 'beginning', range: 'x', reason: 'r' }, operator, 404, 'range-unknown'],
] as const)('refuses %s', async (_name, body, headers, status, code) => {
  expect(await rewind(body, headers)).toMatchObject({ status, body: { code } });
});

it('refuses a feed that there is not', async () => {
  expect(await rewind({ to: 'beginning', reason: 'r' }, operator, 'other')).toMatchObject({
    ...{ status: 404, body: { code: 'feed-unknown' } },
  });
});
