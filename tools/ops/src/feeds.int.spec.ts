import { eachService, serviceNames } from '@daybook/contracts';
import { createFeedAdmin, createFeedProcessor, type FeedProcessor } from '@daybook/change-feed';
import { createAuditLog } from '@daybook/eventstore';
import { type Container, memoryContainer, systemRuntime } from '@daybook/ports';
import { createHealth, feedRoutes, type HttpService, silentLog, startHttp } from '@daybook/service-kit';
import { feedsCommand } from './feeds.ts';

const runtime = systemRuntime();
let feed: FeedProcessor;
let http: HttpService;
let records: Container;
let lines: string[];
let handled: string[];

beforeEach(async () => {
  const byId = (name: string): Container => memoryContainer({ name, runtime, partitionKey: ({ id }) => id });
  const [source, leases] = [byId('source'), byId('leases')];
  records = memoryContainer({ name: 'audit', runtime, partitionKey: (document) => String(document['streamId']) });
  [lines, handled] = [[], []];
  feed = createFeedProcessor({
    ...{ name: 'relay', instance: 'slot-1', source, leases, runtime },
    keyOf: ({ id }) => id,
    limits: { renewEveryMs: 90, leaseDurationMs: 300, checkpointEveryMs: 10, pollIdleMs: 20 },
    handleKey: async (documents) => void handled.push(...documents.map(({ id }) => id)),
  });
  await feed.start();
  await source.batch('a', [{ kind: 'create', document: { id: 'a' } }]);
  const routes = feedRoutes({
    admin: createFeedAdmin({ leases, source, runtime }),
    health: () => ({ relay: feed.health() }),
    audit: createAuditLog({ container: records, runtime }),
    ...{ runtime, log: silentLog },
  });
  http = await startHttp({ port: 0, routes, health: createHealth(), log: silentLog });
  await until(() => handled.length === 1 && feed.health().ranges.every((range) => range.continuation !== undefined));
});
afterEach(async () => {
  await http.close(1_000);
  await feed.stop();
});

async function until(done: () => boolean): Promise<void> {
  for (let n = 0; n < 500 && !done(); n += 1) await runtime.sleep(10);
  expect(done()).toBe(true);
}

const run = (...args: readonly string[]): Promise<number> => {
  const url = `http://127.0.0.1:${http.port}`;
  const urls = eachService(() => url);
  return feedsCommand.run(args, { urls, actor: 'operator:ada', print: (line) => lines.push(line) });
};

it('list tells of each feed and of each range', async () => {
  expect(await run('list', 'order')).toBe(0);
  expect(lines[0]).toMatch(/^order relay {2}(up to date|.* behind)/);
  expect(lines).toHaveLength(5);
  expect(lines[1]).toContain('slot-1');
  lines = [];
  expect(await run('list', '--json')).toBe(0);
  expect(lines).toHaveLength(serviceNames.length);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ service: 'order', name: 'relay', here: { healthy: true } });
});

it('rewind begins again, on record with who and why', async () => {
  expect(await run('rewind', 'order', 'relay', '--to', 'beginning', '--reason', 'the hub was lost')).toBe(0);
  expect(lines).toEqual(['relay: 4 ranges rewound']);
  await until(() => handled.length === 2);
  expect((await records.query({ limit: 9 })).documents).toMatchObject([
    { action: 'feed-rewound', actor: 'operator:ada', reason: 'the hub was lost' },
  ]);
});

it.each([
  ['no place', ['rewind', 'order', 'relay', '--reason', 'x'], 'give one of'],
  ['two places', ['rewind', 'order', 'relay', '--to', 'beginning', '--time', '2010-01-01T00:00:00Z'], 'give one of'],
  ['no reason', ['rewind', 'order', 'relay', '--to', 'beginning'], '--reason'],
  ['no such feed', ['rewind', 'order', 'other', '--to', 'beginning', '--reason', 'x'], 'feed-unknown'],
  ['no service', ['rewind', 'shop', 'relay'], 'name a service'],
  ['no such command', ['mend'], 'no such command'],
])('is refused with %s', async (_name, args, message) => {
  await expect(run(...args)).rejects.toThrow(message);
});
