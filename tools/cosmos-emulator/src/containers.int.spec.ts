import { ChangeFeedStartFrom, CosmosClient, PartitionKeyKind } from '@azure/cosmos';
import type { ContainerRequest, Database } from '@azure/cosmos';
import { createCosmosEmulator, EMULATOR_KEY } from './index.ts';
import type { CosmosEmulator } from './index.ts';

describe('containers', () => {
  let emulator: CosmosEmulator;
  let client: CosmosClient;
  let database: Database;

  beforeEach(async () => {
    emulator = createCosmosEmulator({ storage: ':memory:', feedRanges: 1, now: () => 1_700_000_000_000 });
    client = new CosmosClient({
      endpoint: 'https://embedded.invalid',
      key: EMULATOR_KEY,
      httpClient: emulator.httpClient,
      consistencyLevel: 'Session',
    });
    database = (await client.databases.create({ id: 'shop' })).database;
  });
  afterEach(async () => {
    client.dispose();
    await emulator.close();
  });

  it('are listed, queried and deleted; one made again has another _rid', async () => {
    const first = await database.containers.create({ id: 'a', partitionKey: { paths: ['/pk'] } });
    expect(first.resource?.partitionKey).toEqual({ paths: ['/pk'], kind: 'Hash', version: 2 });
    await first.container.items.create({ id: '1', pk: 'p' });
    const found = await database.containers
      .query({ query: 'SELECT * FROM root r WHERE r.id = @id', parameters: [{ name: '@id', value: 'a' }] })
      .fetchAll();
    expect(found.resources).toHaveLength(1);
    expect((await client.databases.readAll().fetchAll()).resources.map((each) => each.id)).toEqual(['shop']);
    await first.container.delete();
    await expect(first.container.items.create({ id: '1', pk: 'p' })).rejects.toMatchObject({
      code: 404,
      substatus: 1003,
    });
    const second = await database.containers.create({ id: 'a', partitionKey: { paths: ['/pk'] } });
    expect(second.resource?._rid).not.toBe(first.resource?._rid);
    expect((await second.container.item('1', 'p').read()).statusCode).toBe(404);
  });

  it.each<[string, ContainerRequest]>([
    ['defaultTtl', { id: 'a', partitionKey: { paths: ['/pk'] }, defaultTtl: 0 }],
    ['version 1', { id: 'a', partitionKey: { paths: ['/pk'], version: 1 } }],
  ])('refuse %s by name', async (name, definition) => {
    await expect(database.containers.create(definition)).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining(name),
    });
  });

  it('have hierarchical keys, whose prefixes can be queried', async () => {
    const { container } = await database.containers.create({
      id: 'h',
      partitionKey: { paths: ['/tenant', '/user'], kind: PartitionKeyKind.MultiHash, version: 2 },
    });
    for (const [tenant, user] of [
      ['t', 'a'],
      ['t', 'b'],
      ['u', 'a'],
    ])
      await container.items.create({ id: '1', tenant, user });
    expect((await container.item('1', ['t', 'b']).read()).resource).toMatchObject({ user: 'b', _ts: 1_700_000_000 });
    const { resources } = await container.items.query('SELECT VALUE c.user FROM c', { partitionKey: ['t'] }).fetchAll();
    expect(resources.sort()).toEqual(['a', 'b']);
  });

  it('have a feed that starts now, goes on after an empty page, and takes an item again when it changes', async () => {
    const { container } = await database.containers.create({ id: 'f', partitionKey: { paths: ['/pk'] } });
    await container.items.create({ id: 'old', pk: 'p' });
    const feed = container.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Now() });
    expect((await feed.readNext()).statusCode).toBe(304);
    await container.items.create({ id: 'new', pk: 'p' });
    await container.items.upsert({ id: 'old', pk: 'p', n: 2 });
    await container.items.create({ id: 'gone', pk: 'p' });
    await container.item('gone', 'p').delete();
    expect((await feed.readNext()).result).toMatchObject([{ id: 'new' }, { id: 'old', n: 2 }]);
    expect((await feed.readNext()).statusCode).toBe(304);
  });
});
