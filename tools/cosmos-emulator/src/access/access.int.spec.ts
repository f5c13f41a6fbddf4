import { Agent } from 'node:https';
import { ChangeFeedStartFrom, CosmosClient } from '@azure/cosmos';
import type { Container, CosmosClientOptions } from '@azure/cosmos';
import type { CosmosEmulator, DevIdentity, Roles } from '../index.ts';
import { createCertificate, createCosmosEmulator, devTokenCredential, EMULATOR_KEY } from '../index.ts';

const action = (name: string): string => `Microsoft.DocumentDB/databaseAccounts/${name}`;
const onItems = (name: string): string => action(`sqlDatabases/containers/items/${name}`);
const onContainer = (name: string): string => action(`sqlDatabases/containers/${name}`);

const role = (id: string, dataActions: readonly string[]): Roles['roleDefinitions'][number] => ({
  id,
  roleName: id,
  permissions: [{ dataActions }],
  assignableScopes: ['/dbs/shop'],
});
const assign = (principalId: string, roleDefinitionId: string, scope: string): Roles['roleAssignments'][number] => ({
  principalId,
  roleDefinitionId,
  scope,
});
const events = '/dbs/shop/colls/events';
const roles: Roles = {
  roleDefinitions: [
    role('writer', [
      action('readMetadata'),
      ...['create', 'read'].map(onItems),
      ...['executeQuery', 'readChangeFeed'].map(onContainer),
    ]),
    role('half-query', [action('readMetadata'), onContainer('executeQuery')]),
    role('blind', [onItems('read')]),
  ],
  roleAssignments: [
    assign('writer', 'writer', events),
    assign('half', 'half-query', events),
    assign('blind', 'blind', events),
    assign(
      'contributor',
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.DocumentDB/databaseAccounts/a/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002',
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.DocumentDB/databaseAccounts/a/dbs/shop',
    ),
    assign('reader', '00000000-0000-0000-0000-000000000001', '/'),
  ],
};

describe.each(['in process', 'https'] as const)('roles, %s', (face) => {
  let emulator: CosmosEmulator;
  let connection: Pick<CosmosClientOptions, 'endpoint' | 'httpClient' | 'agent'>;
  const clients: CosmosClient[] = [];

  const connect = (identity: DevIdentity | 'key'): CosmosClient => {
    const client = new CosmosClient({
      ...connection,
      ...(identity === 'key' ? { key: EMULATOR_KEY } : { aadCredentials: devTokenCredential(identity) }),
    });
    clients.push(client);
    return client;
  };
  const as = (oid: string, name = 'events'): Container => connect({ oid }).database('shop').container(name);

  beforeAll(async () => {
    emulator = createCosmosEmulator({ storage: ':memory:', roles });
    if (face === 'https') {
      const certificate = await createCertificate('127.0.0.1');
      const { secureUrl = '' } = await emulator.listen({ host: '127.0.0.1', port: 0, certificate });
      connection = { endpoint: secureUrl, agent: new Agent({ keepAlive: true, ca: certificate.cert }) };
    } else connection = { endpoint: 'https://embedded.invalid', httpClient: emulator.httpClient };
    const { database } = await connect('key').databases.create({ id: 'shop' });
    for (const id of ['events', 'others']) await database.containers.create({ id, partitionKey: { paths: ['/pk'] } });
    await database.container('events').items.create({ id: 'old', pk: 'p', n: 1 });
  });
  afterAll(async () => {
    clients.forEach((client) => client.dispose());
    await emulator.close();
  });

  it('allow what they say: create, read, query, change feed, a batch of these', async () => {
    const container = as('writer');
    expect((await container.items.create({ id: 'a', pk: 'p' })).statusCode).toBe(201);
    expect((await container.item('a', 'p').read()).statusCode).toBe(200);
    const { resources } = await container.items.query('SELECT VALUE c.id FROM c', { partitionKey: 'p' }).fetchAll();
    expect(resources).toContain('a');
    const feed = container.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning() });
    expect((await feed.readNext()).statusCode).toBeLessThan(400);
    const batch = await container.items.batch(
      [
        { operationType: 'Read', id: 'a' },
        { operationType: 'Create', resourceBody: { id: 'b', pk: 'p' } },
      ],
      'p',
    );
    expect(batch.code).toBe(200);
  });

  it.each<[string, (container: Container) => Promise<unknown>]>([
    ['replace', (c) => c.item('old', 'p').replace({ id: 'old', pk: 'p' })],
    ['upsert', (c) => c.items.upsert({ id: 'old', pk: 'p' })],
    ['upsert of a new item', (c) => c.items.upsert({ id: 'new', pk: 'p' })],
    ['patch', (c) => c.item('old', 'p').patch([{ op: 'set', path: '/n', value: 2 }])],
    ['delete', (c) => c.item('old', 'p').delete()],
    ['delete by partition key', (c) => c.deleteAllItemsForPartitionKey('p')],
    ['stored procedures', (c) => c.scripts.storedProcedure('s').execute('p')],
  ])('refuse %s with 5302', async (_name, attempt) => {
    await expect(attempt(as('writer'))).rejects.toMatchObject({ code: 403, substatus: 5302 });
  });

  it('check each operation of a batch, and do nothing of it when one is refused', async () => {
    const operations = [
      { operationType: 'Create', resourceBody: { id: 'c', pk: 'p' } },
      { operationType: 'Delete', id: 'old' },
    ] as const;
    const container = as('writer');
    await expect(container.items.batch([...operations], 'p')).rejects.toMatchObject({
      cause: { code: 403, substatus: 5302 },
    });
    expect((await container.item('c', 'p').read()).statusCode).toBe(404);
    expect((await container.item('old', 'p').read()).statusCode).toBe(200);
  });

  it('hold at their scope: not at another container, below but not above', async () => {
    await expect(as('writer', 'others').items.create({ id: 'a', pk: 'p' })).rejects.toMatchObject({ code: 403 });
    await expect(connect({ oid: 'writer' }).database('shop').read()).rejects.toMatchObject({ substatus: 5301 });
    expect((await as('contributor', 'others').items.upsert({ id: 'a', pk: 'p' })).statusCode).toBe(201);
    expect((await connect({ oid: 'reader' }).databases.readAll().fetchAll()).resources).toHaveLength(1);
    await expect(as('reader').items.create({ id: 'x', pk: 'p' })).rejects.toMatchObject({ substatus: 5302 });
  });

  it('refuse metadata with 5301, queries without both actions with 5302, and everything to strangers', async () => {
    await expect(as('blind').read()).rejects.toMatchObject({ code: 403, substatus: 5301 });
    const query = as('half').items.query('SELECT * FROM c', { partitionKey: 'p' });
    await expect(query.fetchAll()).rejects.toMatchObject({
      code: 403,
      substatus: 5302,
      message: expect.stringContaining('readChangeFeed'),
    });
    await expect(as('stranger').read()).rejects.toMatchObject({ code: 403, substatus: 5301 });
  });

  it.each<[string, (client: CosmosClient) => Promise<unknown>]>([
    ['creating a database', (client) => client.databases.create({ id: 'x' })],
    ['creating a container', (client) => client.database('shop').containers.create({ id: 'x' })],
    ['deleting a container', (client) => client.database('shop').container('events').delete()],
    ['reading throughput', (client) => client.database('shop').container('events').readOffer()],
    ['triggers', (client) => client.database('shop').container('events').scripts.trigger('x').delete()],
  ])('never cover management: %s is 5300', async (_name, attempt) => {
    await expect(attempt(connect({ oid: 'contributor' }))).rejects.toMatchObject({ code: 403, substatus: 5300 });
  });

  it.each<[string, Partial<DevIdentity>, number]>([
    ['signed with another key', { key: 'AAAA' }, 5004],
    ['expired', { now: () => Date.now() - 7_200_000 }, 5006],
    ['not valid yet', { now: () => Date.now() + 60_000 }, 5005],
    ['of another issuer', { issuer: 'https://sts.windows.net/other/' }, 5007],
    ['without an object id', { oid: '' }, 5011],
  ])('take no token that is %s', async (_name, change, substatus) => {
    const container = connect({ oid: 'writer', ...change })
      .database('shop')
      .container('events');
    await expect(container.read()).rejects.toMatchObject({ code: 401, substatus });
  });
});
