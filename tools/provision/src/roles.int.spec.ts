import { type Container, CosmosClient } from '@azure/cosmos';
import { containers, databaseName, dataIdentities, type DataIdentity, eventsContainer } from '@daybook/contracts';
import {
  type CosmosEmulator,
  createCosmosEmulator,
  devTokenCredential,
  EMULATOR_KEY,
  parseRoles,
} from '@daybook/cosmos-emulator';
import { containerRequest } from './containers.ts';
import { namedRoles } from './roles.ts';

describe('the roles that --print-roles prints', () => {
  let emulator: CosmosEmulator;
  const clients: CosmosClient[] = [];
  const connect = (
    credential: Pick<ConstructorParameters<typeof CosmosClient>[0] & object, 'key' | 'aadCredentials'>,
  ) => {
    const endpoint = 'https://embedded.invalid';
    const client = new CosmosClient({ endpoint, httpClient: emulator.httpClient, ...credential });
    clients.push(client);
    return client;
  };
  const open = (identity: DataIdentity, name: string): Container =>
    connect({ aadCredentials: devTokenCredential({ oid: identity }) })
      .database(databaseName)
      .container(name);
  const allowed = (attempt: Promise<unknown>): Promise<boolean> =>
    attempt.then(
      () => true,
      (error: { code?: unknown }) => {
        if (error.code !== 403) throw error;
        return false;
      },
    );
  const who = async (attempt: (identity: DataIdentity) => Promise<unknown>): Promise<readonly DataIdentity[]> => {
    const may: DataIdentity[] = [];
    for (const identity of dataIdentities) if (await allowed(attempt(identity))) may.push(identity);
    return may;
  };

  beforeAll(async () => {
    emulator = createCosmosEmulator({ storage: ':memory:', roles: parseRoles(JSON.stringify(namedRoles())) });
    const { database } = await connect({ key: EMULATOR_KEY }).databases.create({ id: databaseName });
    for (const definition of containers) await database.containers.create(containerRequest(definition));
  });
  afterAll(async () => {
    for (const client of clients) client.dispose();
    await emulator.close();
  });

  it.each(Object.entries(eventsContainer))(
    'let %s alone add to its events, and the archiver take away',
    async (service, name) => {
      const event = (id: string) => ({ id, streamId: 's', dedup: id });
      expect(await who((identity) => open(identity, name).items.create(event(identity)))).toEqual([service]);
      expect(await who((identity) => open(identity, name).items.upsert(event(service)))).toEqual([]);
      expect(await who((identity) => open(identity, name).item(service, 's').replace(event(service)))).toEqual([]);
      expect(await who((identity) => open(identity, name).item(service, 's').delete())).toEqual(['archiver']);
    },
  );

  it.each(containers.map(({ name }) => name))('let nobody change %s itself', async (name) => {
    expect(await who((identity) => open(identity, name).delete())).toEqual([]);
  });
});
