import { CosmosClient, PartitionKeyKind, ChangeFeedStartFrom } from '@azure/cosmos';
import type { Container, FeedRange } from '@azure/cosmos';
import { createCosmosEmulator, EMULATOR_KEY } from './index.ts';
import type { CosmosEmulator, Fault } from './index.ts';

const faces = ['in-process', 'http'] as const;

describe.each(faces)('the emulator through the SDK, %s', (face) => {
  let emulator: CosmosEmulator;
  let client: CosmosClient;
  let container: Container;
  let fault: Fault | undefined;

  beforeAll(async () => {
    emulator = createCosmosEmulator({
      storage: ':memory:',
      faults: (request) => (request.path.endsWith('/docs') ? fault : undefined),
    });
    const listener = await emulator.listen({ host: '127.0.0.1', port: 0 });
    client =
      face === 'http'
        ? new CosmosClient({ endpoint: listener.url, key: EMULATOR_KEY })
        : new CosmosClient({
            endpoint: 'https://embedded.invalid',
            key: EMULATOR_KEY,
            httpClient: emulator.httpClient,
          });
  });
  beforeEach(async () => {
    fault = undefined;
    const { database } = await client.databases.createIfNotExists({ id: 'shop' });
    const made = await database.containers.createIfNotExists({
      id: `c${Math.random().toString(36).slice(2)}`,
      partitionKey: { paths: ['/pk'], kind: PartitionKeyKind.Hash, version: 2 },
      uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/mail'] }] },
    });
    container = made.container;
  });
  afterAll(async () => {
    client.dispose();
    await emulator.close();
  });

  const add = (id: string, more: object = {}, pk = 'p'): Promise<unknown> =>
    container.items.create({ id, pk, mail: `${pk}-${id}`, ...more });
  const codeOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'no error',
      (error: { code?: unknown }) => error.code,
    );

  it('creates, reads, replaces, upserts and deletes with etags', async () => {
    const { resource, etag, requestCharge } = await container.items.create({ id: 'a', pk: 'p', n: 1 });
    expect(resource).toMatchObject({ id: 'a', n: 1, _etag: etag });
    expect(requestCharge).toBeGreaterThan(5);
    const item = container.item('a', 'p');
    expect((await item.read()).resource).toEqual(resource);
    expect(
      await codeOf(item.replace({ id: 'a', pk: 'p' }, { accessCondition: { type: 'IfMatch', condition: '"x"' } })),
    ).toBe(412);
    expect(
      (await item.replace({ id: 'a', pk: 'p', n: 2 }, { accessCondition: { type: 'IfMatch', condition: etag } }))
        .resource,
    ).toMatchObject({ n: 2, _rid: resource?._rid });
    expect((await container.items.upsert({ id: 'b', pk: 'p', mail: 'b' })).statusCode).toBe(201);
    expect((await container.items.upsert({ id: 'b', pk: 'p', mail: 'b' })).statusCode).toBe(200);
    expect((await item.delete()).statusCode).toBe(204);
    expect((await item.read()).statusCode).toBe(404);
  });

  it('refuses a second id, a second unique key, another partition key and what is unsupported', async () => {
    await add('a');
    expect(await codeOf(add('a'))).toBe(409);
    expect(await codeOf(add('b', { mail: 'p-a' }))).toBe(409);
    await add('b', { mail: 'p-a' }, 'q');
    expect(await codeOf(container.item('a', 'p').replace({ id: 'a', pk: 'other' }))).toBe(400);
    expect(await codeOf(container.deleteAllItemsForPartitionKey('p'))).toBe(400);
    const triggered = container.items.create({ id: 'c', pk: 'p' }, { preTriggerInclude: 'check' });
    expect(await codeOf(triggered)).toBe(400);
    await expect(container.items.query('SELECT DISTINCT c.id FROM c').fetchAll()).rejects.toMatchObject({ code: 400 });
  });

  it('keeps items of odd partition keys apart', async () => {
    for (const pk of ['p', 5, true, null]) await container.items.create({ id: 'x', pk } as object);
    await container.items.create({ id: 'x' });
    expect((await container.item('x', 5).read()).resource).toMatchObject({ pk: 5 });
    expect((await container.item('x', null).read()).resource).toMatchObject({ pk: null });
    expect((await container.item('x', undefined).read()).resource).not.toHaveProperty('pk');
  });

  it('applies a batch whole under one number, or not at all', async () => {
    const made = await container.items.create({ id: 'head', pk: 'p', mail: 'h' });
    const guarded = (ifMatch: string | undefined, id: string): Parameters<typeof container.items.batch>[0] => [
      {
        operationType: 'Replace',
        id: 'head',
        resourceBody: { id: 'head', pk: 'p', mail: 'h' },
        ifMatch: ifMatch ?? '',
      },
      { operationType: 'Create', resourceBody: { id, pk: 'p', mail: id } },
    ];
    const done = await container.items.batch(guarded(made.etag, '1'), 'p');
    expect([done.code, done.result?.map((r) => r.statusCode)]).toEqual([200, [200, 201]]);
    const refused = await container.items.batch(guarded(made.etag, '2'), 'p');
    expect([refused.code, refused.result?.map((r) => r.statusCode)]).toEqual([207, [412, 424]]);
    expect((await container.item('2', 'p').read()).statusCode).toBe(404);
    const missing = await container.items.batch(
      [
        { operationType: 'Create', resourceBody: { id: '3', pk: 'p' } },
        { operationType: 'Read', id: 'none' },
      ],
      'p',
    );
    expect(missing.result?.map((r) => r.statusCode)).toEqual([424, 404]);
    const page = await container.items
      .getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning('p') })
      .readNext();
    expect(new Set(page.result.map((doc) => (doc as unknown as { _lsn: number })._lsn)).size).toBe(1);
  });

  const readRange = async (range: FeedRange): Promise<readonly string[]> => {
    const ids: string[] = [];
    let token: string | undefined;
    for (;;) {
      const start =
        token === undefined ? ChangeFeedStartFrom.Beginning(range) : ChangeFeedStartFrom.Continuation(token);
      const page = await container.items
        .getChangeFeedIterator({ changeFeedStartFrom: start, maxItemCount: 3 })
        .readNext();
      token = page.continuationToken;
      if (page.statusCode === 304) return ids;
      ids.push(...page.result.map((doc: { id: string }) => doc.id));
    }
  };

  it('feeds every change of every range once, the latest version of each', async () => {
    for (let n = 0; n < 40; n += 1) await add(`i${n}`, {}, `p${n}`);
    await container.items.upsert({ id: 'i0', pk: 'p0', again: true });
    const ranges = await container.getFeedRanges();
    expect(ranges).toHaveLength(4);
    const ids = await Promise.all(ranges.map(readRange));
    expect(ids.every((part) => part.length > 0)).toBe(true);
    expect(ids.flat().sort()).toEqual(Array.from({ length: 40 }, (_u, n) => `i${n}`).sort());
  });

  it('queries a partition in pages that hold while others write', async () => {
    for (let n = 0; n < 25; n += 1) await add(`${n}`, { version: n, kind: n % 2 === 0 ? 'even' : 'odd' });
    const query = {
      query: 'SELECT VALUE c.version FROM c WHERE c.version > @v AND c.kind = "odd" ORDER BY c.version',
      parameters: [{ name: '@v', value: 2 }],
    };
    const pages = container.items.query<number>(query, { partitionKey: 'p', maxItemCount: 4 });
    const versions = (await pages.fetchNext()).resources;
    await container.item('3', 'p').delete();
    await add('4.5', { version: 4.5, kind: 'odd' });
    const rest: number[] = [];
    while (pages.hasMoreResults()) rest.push(...((await pages.fetchNext()).resources ?? []));
    expect([versions, rest]).toEqual([
      [3, 5, 7, 9],
      [11, 13, 15, 17, 19, 21, 23],
    ]);
  });

  it('queries across partitions: order, limits, aggregates', async () => {
    for (let n = 0; n < 12; n += 1) await add(`i${n}`, { n, tags: [n] }, `p${n}`);
    const all = async (query: string): Promise<unknown[]> =>
      (await container.items.query(query, { maxItemCount: 5 }).fetchAll()).resources;
    expect(await all('SELECT VALUE c.n FROM c WHERE c.n >= 4 ORDER BY c.n DESC')).toEqual([11, 10, 9, 8, 7, 6, 5, 4]);
    expect(await all('SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 2 LIMIT 7')).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(await all('SELECT VALUE COUNT(1) FROM c')).toEqual([12]);
    expect(
      await all('SELECT TOP 1 c.id, c.n AS count FROM c WHERE ARRAY_CONTAINS(c.tags, 3) AND NOT IS_DEFINED(c.x)'),
    ).toEqual([{ id: 'i3', count: 3 }]);
    expect(
      await all(
        'SELECT VALUE c.id FROM c WHERE c.id IN ("i1", "i2") OR (STARTSWITH(c.id, "i1") AND c.n BETWEEN 10 AND 10)',
      ),
    ).toEqual(['i1', 'i2', 'i10']);
  });

  it('refuses a wrong key and loses answers on demand', async () => {
    const wrong = new CosmosClient({
      endpoint: 'https://embedded.invalid',
      key: 'AAAA',
      httpClient: emulator.httpClient,
    });
    await expect(wrong.databases.create({ id: 'x' })).rejects.toMatchObject({ code: 401 });
    wrong.dispose();
    await container.read();
    await add('before');
    fault = { kind: 'executed-but-lost' };
    expect(await codeOf(add('lost'))).toBe('ECONNRESET');
    fault = { kind: 'status', status: 449 };
    expect(await codeOf(add('retry'))).toBe(449);
    fault = undefined;
    expect((await container.item('lost', 'p').read()).statusCode).toBe(200);
  });
});
