import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ChangeFeedStartFrom, CosmosClient } from '@azure/cosmos';
import type { ChangeFeedPullModelIterator, Container, FeedRange } from '@azure/cosmos';
import { createCosmosEmulator, EMULATOR_KEY } from './index.ts';
import type { CosmosEmulator } from './index.ts';

interface Item {
  readonly id: string;
  readonly pk: string;
}

describe('ranges that split while readers run', () => {
  let folder: string;
  let emulator: CosmosEmulator;
  let clients: CosmosClient[];
  let container: Container;
  let written: number;

  const connect = (): Container => {
    const { httpClient } = emulator;
    const client = new CosmosClient({ endpoint: 'https://embedded.invalid', key: EMULATOR_KEY, httpClient });
    clients.push(client);
    return client.database('shop').container('events');
  };
  const start = (feedRanges?: number): void => {
    clients = [];
    emulator = createCosmosEmulator({ storage: join(folder, 'cosmos.sqlite'), feedRanges });
    container = connect();
  };
  const stop = async (): Promise<void> => {
    clients.forEach((client) => client.dispose());
    await emulator.close();
  };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cosmos-emulator-'));
    written = 0;
    start(2);
    const { database } = await (clients[0] as CosmosClient).databases.create({ id: 'shop' });
    for (const id of ['events', 'others']) await database.containers.create({ id, partitionKey: { paths: ['/pk'] } });
  });
  afterEach(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = async (count: number): Promise<void> => {
    for (const end = written + count; written < end; written += 1) {
      await container.items.create({ id: `${written}`, pk: `p${written % 20}` });
    }
  };
  const split = (rangeId?: string, durationMs?: number) =>
    emulator.splitRange({ database: 'shop', container: 'events', rangeId, durationMs });
  const everything = (): string[] => Array.from({ length: written }, (_unused, n) => `${n}`).sort();
  const ids = (items: readonly Item[]): string[] => items.map(({ id }) => id).sort();
  const gone = (): number[] =>
    emulator.recorder.entries().flatMap(({ status, substatus }) => (status === 410 ? [substatus ?? 0] : []));
  const feed = (start = ChangeFeedStartFrom.Beginning()): ChangeFeedPullModelIterator<Item> =>
    container.items.getChangeFeedIterator<Item>({ changeFeedStartFrom: start, maxItemCount: 5 });
  /** Reads until two rounds bring nothing: a round during which a range split may end before its children were read. */
  const drain = async (iterator: ChangeFeedPullModelIterator<Item>, into: Item[]): Promise<string> => {
    let token = '';
    for (let empty = 0; empty < 2;) {
      const page = await iterator.readNext();
      token = page.continuationToken;
      empty = page.statusCode === 304 ? empty + 1 : 0;
      into.push(...page.result);
    }
    return token;
  };

  it('lose and repeat nothing for a feed iterator under way', async () => {
    await write(60);
    const iterator = feed();
    const read: Item[] = [...(await iterator.readNext()).result];
    await split('0');
    read.push(...(await iterator.readNext()).result);
    await write(20);
    await split('1');
    await split();
    await write(20);
    const token = await drain(iterator, read);
    expect(ids(read)).toEqual(everything());
    for (let key = 0; key < 20; key += 1) {
      const ofKey = read.filter(({ pk }) => pk === `p${key}`).map(({ id }) => Number(id));
      expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
    }
    expect(gone()).toContain(1002);
    await write(5);
    const more: Item[] = [];
    await drain(feed(ChangeFeedStartFrom.Continuation(token)), more);
    expect(ids(more)).toEqual(['100', '101', '102', '103', '104']);
  });

  it('lose and repeat nothing for iterators of one range and of a part of one', async () => {
    await write(60);
    const [low] = await container.getFeedRanges();
    const prototype = Object.getPrototypeOf(low) as object;
    const part = (minInclusive: string, maxExclusive: string): FeedRange =>
      Object.assign(Object.create(prototype) as object, { minInclusive, maxExclusive }) as FeedRange;
    const ranges = [part('', '0C'), part('0C', '2000'), part('2000', '28'), part('28', 'FF')];
    const iterators = ranges.map((range) => feed(ChangeFeedStartFrom.Beginning(range)));
    const read: Item[] = [];
    for (const iterator of iterators) read.push(...(await iterator.readNext()).result);
    await split('0');
    await split('1');
    await write(40);
    for (const iterator of iterators) await drain(iterator, read);
    expect(ids(read)).toEqual(everything());
  });

  it('keep positions: a continuation of the parent goes on in the children', async () => {
    await write(30);
    const tokens = await Promise.all(
      (await container.getFeedRanges()).map((range) => drain(feed(ChangeFeedStartFrom.Beginning(range)), [])),
    );
    await split('0');
    await split('1');
    await write(12);
    container = connect();
    const read: Item[] = [];
    for (const token of tokens) await drain(feed(ChangeFeedStartFrom.Continuation(token)), read);
    expect(ids(read)).toEqual(everything().filter((id) => Number(id) >= 30));
  });

  it('answer 1007 while a split takes its time, and readers wait for its end', async () => {
    await write(40);
    const iterator = feed();
    const read: Item[] = [...(await iterator.readNext()).result];
    const splitting = Promise.all([split('0', 60), split('1', 30)]);
    const reading = drain(iterator, read);
    await expect(split('0')).rejects.toMatchObject({ code: 'split-refused' });
    await write(20);
    expect((await splitting).map(({ parent }) => parent)).toEqual(['0', '1']);
    await reading;
    await drain(iterator, read);
    expect(ids(read)).toEqual(everything());
    expect(new Set(gone())).toEqual(new Set([1007, 1002]));
  });

  it('lose and repeat nothing for a paged query across partitions', async () => {
    await write(80);
    const pages = container.items.query<Item>('SELECT c.id, c.pk FROM c WHERE STARTSWITH(c.pk, "p")', {
      maxItemCount: 7,
    });
    const read: Item[] = [];
    for (let page = 0; pages.hasMoreResults(); page += 1) {
      read.push(...((await pages.fetchNext()).resources ?? []));
      if (page === 1) await split('0');
      if (page === 3) await split();
    }
    expect(ids(read)).toEqual(everything());
  });

  // The SDK swallows the 410 of a query by plan and asks the range that is gone for ever: use its default.
  it('stop a query that goes range by range: the rest is missing, and nothing is repeated', async () => {
    await write(80);
    const pages = container.items.query<Item>('SELECT * FROM c', { maxItemCount: 7, forceQueryPlan: true });
    const read: Item[] = [...(await pages.fetchNext()).resources];
    await split('0');
    await split('1');
    for (let page = 0; page < 10; page += 1) read.push(...((await pages.fetchNext()).resources ?? []));
    expect(pages.hasMoreResults()).toBe(true);
    expect(new Set(ids(read)).size).toBe(read.length);
    expect(read.length).toBeLessThan(80);
    expect(gone()).toContain(1002);
  });

  it('keep a continuation that the SDK made for a query before', async () => {
    await write(80);
    const query = 'SELECT c.id, c.pk FROM c';
    const read: Item[] = [];
    let continuationToken: string | undefined;
    let page = 0;
    do {
      const resumed = continuationToken === undefined ? {} : { continuationToken };
      const pages = container.items.query<Item>(query, { maxItemCount: 7, enableQueryControl: true, ...resumed });
      const response = await pages.fetchNext();
      read.push(...(response.resources ?? []));
      continuationToken = response.continuationToken;
      page += 1;
      if (page === 3) {
        await split('0');
        await split('1');
        container = connect();
      }
    } while (continuationToken !== undefined);
    expect(ids(read)).toEqual(everything());
  });

  it('are listed with their parents, cut in the middle, ids never used again; others stay', async () => {
    const list = async (of: Container) =>
      (await of.readPartitionKeyRanges().fetchAll()).resources.map((range) => {
        const { id, minInclusive, maxExclusive, parents } = range as unknown as Record<string, unknown>;
        return [id, minInclusive, maxExclusive, parents];
      });
    expect(await split('0')).toEqual({ parent: '0', children: ['2', '3'], cut: '10' });
    expect(await split('3')).toEqual({ parent: '3', children: ['4', '5'], cut: '18' });
    const expected = [
      ['2', '', '10', ['0']],
      ['4', '10', '18', ['0', '3']],
      ['5', '18', '2000', ['0', '3']],
      ['1', '2000', 'FF', []],
    ];
    expect(await list(container)).toEqual(expected);
    expect(await list(container.database.container('others'))).toHaveLength(2);
    await stop();
    start();
    expect(await list(container)).toEqual(expected);
    expect((await split('2')).children).toEqual(['6', '7']);
    await container.delete();
    await container.database.containers.create({ id: 'events', partitionKey: { paths: ['/pk'] } });
    expect(await list(container)).toEqual([
      ['0', '', '2000', []],
      ['1', '2000', 'FF', []],
    ]);
  });

  it('choose the fullest range unless one is named', async () => {
    for (let n = 0; n < 30; n += 1) await container.items.create({ id: `${n}`, pk: 'one' });
    const [only] = await Promise.all(
      (await container.getFeedRanges()).map(async (range, at) => {
        const read: Item[] = [];
        await drain(feed(ChangeFeedStartFrom.Beginning(range)), read);
        return read.length > 0 ? [String(at)] : [];
      }),
    ).then((found) => found.flat());
    expect((await split()).parent).toBe(only);
  });

  it.each<[string, object]>([
    ['no container shop/none', { container: 'none' }],
    ['no container x/events', { database: 'x' }],
    ['has no range "7"; it has 0, 1', { rangeId: '7' }],
    ['durationMs', { durationMs: -1 }],
    ['rangeId must be', { rangeId: 1 }],
    ['no field "range"', { range: '1' }],
  ])('are refused with a reason: %s', async (message, wrong) => {
    await expect(emulator.splitRange({ database: 'shop', container: 'events', ...wrong })).rejects.toMatchObject({
      code: 'split-refused',
      message: expect.stringContaining(message),
    });
  });

  it('are at most 64 of a container; a split that is not done when the emulator closes has not happened', async () => {
    for (let ranges = 2; ranges < 64; ranges += 1) await split();
    await expect(split()).rejects.toMatchObject({ message: expect.stringContaining('64 feed ranges') });
    const other = emulator.splitRange({ database: 'shop', container: 'others', durationMs: 60_000 });
    const refused = expect(other).rejects.toMatchObject({ message: expect.stringContaining('closed') });
    await stop();
    await refused;
    start();
    expect(await container.database.container('others').getFeedRanges()).toHaveLength(2);
    expect(await container.getFeedRanges()).toHaveLength(64);
  });

  it('are split over the admin port', async () => {
    const { url } = await emulator.listenAdmin({ port: 0 });
    const post = async (path: string, body: unknown): Promise<[number, unknown]> => {
      const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
      return [response.status, await response.json()];
    };
    const answer = await post('/admin/split', { database: 'shop', container: 'events', rangeId: '1', durationMs: 5 });
    expect(answer).toEqual([200, { parent: '1', children: ['2', '3'], cut: '30' }]);
    expect(await post('/split', { database: 'shop', container: 'events', rangeId: '1' })).toEqual([
      400,
      { message: 'events has no range "1"; it has 0, 2, 3.' },
    ]);
    expect(await container.getFeedRanges()).toHaveLength(3);
  });

  it('can be split in a file of the version before', async () => {
    await write(20);
    await stop();
    const database = new DatabaseSync(join(folder, 'cosmos.sqlite'));
    database.exec('DROP TABLE feed_ranges; PRAGMA user_version = 1');
    database.close();
    start();
    await split();
    const read: Item[] = [];
    await drain(feed(), read);
    expect(ids(read)).toEqual(everything());
  });
});
