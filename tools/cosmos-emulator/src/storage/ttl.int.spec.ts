import { ChangeFeedStartFrom, CosmosClient } from '@azure/cosmos';
import type { Container, Database } from '@azure/cosmos';
import type { CosmosEmulator } from '../index.ts';
import { createCosmosEmulator, EMULATOR_KEY } from '../index.ts';

describe('time to live', () => {
  let emulator: CosmosEmulator;
  let client: CosmosClient;
  let database: Database;
  let nowMs: number;

  beforeEach(async () => {
    nowMs = 1_700_000_000_000;
    emulator = createCosmosEmulator({ storage: ':memory:', feedRanges: 1, now: () => nowMs });
    client = new CosmosClient({
      endpoint: 'https://embedded.invalid',
      key: EMULATOR_KEY,
      httpClient: emulator.httpClient,
    });
    ({ database } = await client.databases.create({ id: 'shop' }));
  });
  afterEach(async () => {
    client.dispose();
    await emulator.close();
  });

  const create = async (defaultTtl?: number): Promise<Container> => {
    const { container } = await database.containers.create({
      id: 'c',
      partitionKey: { paths: ['/pk'] },
      uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/mail'] }] },
      ...(defaultTtl === undefined ? {} : { defaultTtl }),
    });
    for (const ttl of [undefined, -1, 5, 20]) {
      const id = `ttl ${ttl}`;
      await container.items.create({ id, pk: 'p', mail: id, ...(ttl === undefined ? {} : { ttl }) });
    }
    return container;
  };
  const wait = (seconds: number): void => {
    nowMs += seconds * 1000;
  };
  const visible = async (container: Container): Promise<readonly string[]> => {
    const { resources } = await container.items
      .query<string>('SELECT VALUE c.id FROM c', { partitionKey: 'p' })
      .fetchAll();
    const feed = container.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning() });
    const page = await feed.readNext();
    const fed = page.statusCode === 304 ? [] : page.result.map((item: { id: string }) => item.id);
    expect(fed).toEqual(resources);
    const { resources: counts } = await container.items.query<number>('SELECT VALUE COUNT(1) FROM c').fetchAll();
    expect(counts).toEqual([resources.length]);
    for (const ttl of [undefined, -1, 5, 20]) {
      const id = `ttl ${ttl}`;
      expect((await container.item(id, 'p').read()).statusCode).toBe(resources.includes(id) ? 200 : 404);
    }
    return resources.map((id) => id.slice(4));
  };

  it('is the item’s, else the container’s; -1 is for ever', async () => {
    const container = await create(10);
    wait(4);
    expect(await visible(container)).toEqual(['undefined', '-1', '5', '20']);
    wait(1);
    expect(await visible(container)).toEqual(['undefined', '-1', '20']);
    wait(5);
    expect(await visible(container)).toEqual(['-1', '20']);
    wait(10);
    expect(await visible(container)).toEqual(['-1']);
  });

  it('is the item’s alone with -1, and no one’s without', async () => {
    const ofItems = await create(-1);
    wait(30);
    expect(await visible(ofItems)).toEqual(['undefined', '-1']);
    await ofItems.delete();
    const none = await create();
    wait(30);
    expect(await visible(none)).toEqual(['undefined', '-1', '5', '20']);
  });

  it('can be given to a container later, and taken from it', async () => {
    const container = await create();
    const { resource } = await container.read();
    wait(30);
    await container.replace({ ...resource, id: 'c', defaultTtl: 10 } as never);
    expect((await container.read()).resource?.defaultTtl).toBe(10);
    expect(await visible(container)).toEqual(['-1']);
    await container.replace({ ...resource, id: 'c' } as never);
    expect(await visible(container)).toEqual(['undefined', '-1', '5', '20']);
  });

  it('starts again with every write', async () => {
    const container = await create(10);
    wait(4);
    await container.item('ttl 5', 'p').patch([{ op: 'set', path: '/n', value: 1 }]);
    wait(4);
    expect((await container.item('ttl 5', 'p').read()).statusCode).toBe(200);
    wait(1);
    await expect(container.item('ttl 5', 'p').replace({ id: 'ttl 5', pk: 'p' })).rejects.toMatchObject({ code: 404 });
  });

  it('frees ids and unique keys at once, and what is purged never comes back', async () => {
    const container = await create(10);
    const old = (await container.item('ttl 5', 'p').read()).resource as { _rid: string };
    wait(5);
    const again = await container.items.create({ id: 'ttl 5', pk: 'p', mail: 'ttl 5' });
    expect(again.resource?._rid).not.toBe(old._rid);
    wait(60);
    expect((await container.items.upsert({ id: 'other', pk: 'p', mail: 'ttl 20' })).statusCode).toBe(201);
    const { resource } = await container.read();
    await container.replace({ ...resource, id: 'c', defaultTtl: -1 } as never);
    const { resources } = await container.items.query('SELECT VALUE c.id FROM c').fetchAll();
    expect(resources).toEqual(['ttl -1', 'other']);
  });

  it.each([0, -2, 1.5, null, '5', 2_147_483_648])('refuses %j', async (ttl) => {
    const { container } = await database.containers.create({ id: 'c', partitionKey: { paths: ['/pk'] } });
    await expect(container.items.create({ id: '1', pk: 'p', ttl } as object)).rejects.toMatchObject({ code: 400 });
    if (ttl === null) return;
    const other = { id: 'd', partitionKey: { paths: ['/pk'] }, defaultTtl: ttl as number };
    await expect(database.containers.create(other)).rejects.toMatchObject({ code: 400 });
  });
});
