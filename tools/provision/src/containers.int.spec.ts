import { type ContainerDefinition as CosmosDefinition, CosmosClient } from '@azure/cosmos';
import { containers, databaseName } from '@daybook/contracts';
import { type CosmosEmulator, createCosmosEmulator, EMULATOR_KEY } from '@daybook/cosmos-emulator';
import { containerRequest, provisionContainers } from './containers.ts';

let emulator: CosmosEmulator;
let endpoint: string;
let client: CosmosClient;

beforeEach(async () => {
  emulator = createCosmosEmulator({ storage: ':memory:' });
  endpoint = `http://127.0.0.1:${(await emulator.listen({ host: '127.0.0.1', port: 0 })).port}`;
  client = new CosmosClient({ endpoint, key: EMULATOR_KEY });
});
afterEach(async () => {
  client.dispose();
  await emulator.close();
});

const definitions = async (): Promise<CosmosDefinition[]> =>
  (await client.database(databaseName).containers.readAll().fetchAll()).resources;
const definition = async (name: string): Promise<CosmosDefinition | undefined> =>
  (await client.database(databaseName).container(name).read()).resource;

describe('provisionContainers', () => {
  it('creates every container of the topology', async () => {
    expect(await provisionContainers(endpoint, EMULATOR_KEY)).toBe(containers.length);
    const names = (await definitions()).map(({ id }) => id).sort();
    expect(names).toEqual(containers.map(({ name }) => name).sort());
  });

  it.each(containers.map((container) => [container.name, container] as const))(
    'gives %s its partition key, its unique keys, its indexes, and no TTL but that of answers',
    async (name, { partitionKey, uniqueKeys, indexed, ttlS }) => {
      await provisionContainers(endpoint, EMULATOR_KEY);
      const found = await definition(name);
      expect(found?.partitionKey?.paths).toEqual([partitionKey]);
      expect(found?.uniqueKeyPolicy?.uniqueKeys ?? []).toEqual((uniqueKeys ?? []).map((path) => ({ paths: [path] })));
      const included = found?.indexingPolicy?.includedPaths?.map(({ path }) => path) ?? [];
      const excluded = found?.indexingPolicy?.excludedPaths?.map(({ path }) => path) ?? [];
      if (indexed === undefined) expect(included).toEqual(['/*']);
      else {
        expect(included).toEqual(indexed.map((path) => `${path}/?`));
        expect(excluded).toContain('/*');
      }
      expect(found?.defaultTtl).toBe(ttlS);
    },
  );

  it('changes nothing the second time: containers, their age and what is in them', async () => {
    await provisionContainers(endpoint, EMULATOR_KEY);
    const orders = client.database(databaseName).container('orders');
    await orders.items.create({ id: '1', streamId: 'order-1', dedup: 'a#0' });
    const before = await definitions();
    await provisionContainers(endpoint, EMULATOR_KEY);
    expect(await definitions()).toEqual(before);
    expect((await orders.item('1', 'order-1').read()).statusCode).toBe(200);
  });

  it('adds what is missing and leaves a container alone that has another definition', async () => {
    const { database } = await client.databases.createIfNotExists({ id: databaseName });
    await database.containers.create({ id: 'orders', partitionKey: { paths: ['/other'] } });
    await provisionContainers(endpoint, EMULATOR_KEY);
    expect(await definitions()).toHaveLength(containers.length);
    expect((await definition('orders'))?.partitionKey?.paths).toEqual(['/other']);
  });

  it('indexes so little that an event costs a quarter less to store (by the model of the emulator)', async () => {
    await provisionContainers(endpoint, EMULATOR_KEY);
    const database = client.database(databaseName);
    const partitionKey = { paths: ['/streamId'] };
    const { container: everything } = await database.containers.create({ id: 'everything-indexed', partitionKey });
    const words = ['commandKey', 'correlationId', 'causationId', 'actor', 'traceparent'].map((name) => [name, name]);
    const event = {
      ...{ id: '1', streamId: 'order-1', version: 1, eventId: 'e', type: 'OrderDrafted', schemaVersion: 1 },
      ...{ recordedAt: '2010-12-01T08:26:00.000Z', dedup: 'a#0', previousHash: '0', hash: '1' },
      data: { orderId: 'o1', customerId: 'c1' },
      metadata: Object.fromEntries(words) as Record<string, string>,
    };
    const minimal = (await database.container('orders').items.create(event)).requestCharge;
    const full = (await everything.items.create(event)).requestCharge;
    expect(minimal / full).toBeLessThan(0.75);
  });

  it('makes the database refuse a second event of one command', async () => {
    await provisionContainers(endpoint, EMULATOR_KEY);
    const orders = client.database(databaseName).container('orders');
    await orders.items.create({ id: '1', streamId: 'order-1', dedup: 'a#0' });
    await expect(orders.items.create({ id: '2', streamId: 'order-1', dedup: 'a#0' })).rejects.toMatchObject({
      code: 409,
    });
  });
});

describe('containerRequest', () => {
  it('indexes nothing at all where the topology says so', () => {
    const leases = { name: 'x', service: 'order', purpose: 'leases', partitionKey: '/id', indexed: [] } as const;
    expect(containerRequest(leases)).toEqual({
      id: 'x',
      partitionKey: { paths: ['/id'] },
      indexingPolicy: {
        automatic: true,
        indexingMode: 'consistent',
        includedPaths: [],
        excludedPaths: [{ path: '/*' }],
      },
    });
  });
});
