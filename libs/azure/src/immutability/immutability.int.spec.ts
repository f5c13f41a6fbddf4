import { randomUUID } from 'node:crypto';
import { Agent } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { CosmosClient } from '@azure/cosmos';
import { DefaultAzureCredential } from '@azure/identity';
import {
  containers,
  databaseName,
  dataRoleAssignments,
  dataRoleDefinitions,
  eventsContainer,
} from '@daybook/contracts';
import { createCertificate, createCosmosEmulator, devTokenCredential, EMULATOR_KEY } from '@daybook/cosmos-emulator';
import { attacks } from './attacks.ts';
import { immutabilitySuite, type ImmutabilityTarget } from './immutability-suite.ts';

const contributor = '00000000-0000-0000-0000-000000000002';
const name = eventsContainer.order;
const roles = {
  roleDefinitions: dataRoleDefinitions,
  roleAssignments: [
    ...dataRoleAssignments({ order: 'order-identity' }),
    { roleDefinitionId: contributor, principalId: 'contributor', scope: '/' },
  ],
};

/** The order service's events as the deployment makes them, opened as an identity. */
async function emulated(face: 'in process' | 'https', oid: string): Promise<ImmutabilityTarget> {
  let nowMs = Date.now();
  const now = (): number => nowMs;
  const emulator = createCosmosEmulator({ storage: ':memory:', roles, now });
  const overHttps = async () => {
    const certificate = await createCertificate('127.0.0.1');
    const { secureUrl = '' } = await emulator.listen({ host: '127.0.0.1', port: 0, certificate });
    return { endpoint: secureUrl, agent: new Agent({ keepAlive: true, ca: certificate.cert }) };
  };
  const connection =
    face === 'https' ? await overHttps() : { endpoint: 'https://embedded.invalid', httpClient: emulator.httpClient };
  const deployment = new CosmosClient({ ...connection, key: EMULATOR_KEY });
  const { database } = await deployment.databases.create({ id: databaseName });
  const { partitionKey = '', uniqueKeys = [] } = containers.find((each) => each.name === name) ?? {};
  await database.containers.create({
    id: name,
    partitionKey: { paths: [partitionKey] },
    uniqueKeyPolicy: { uniqueKeys: uniqueKeys.map((path) => ({ paths: [path] })) },
  });
  const client = new CosmosClient({ ...connection, aadCredentials: devTokenCredential({ oid, now }) });
  return {
    container: client.database(databaseName).container(name),
    streamId: `order-${randomUUID()}`,
    elapse: async (milliseconds) => {
      nowMs += milliseconds;
    },
    close: async () => {
      client.dispose();
      deployment.dispose();
      await emulator.close();
    },
  };
}

immutabilitySuite('the emulator in process, as the order service', () => emulated('in process', 'order-identity'));
immutabilitySuite('the emulator over https, as the order service', () => emulated('https', 'order-identity'));

const endpoint = process.env['IMMUTABILITY_COSMOS_ENDPOINT'];
if (endpoint === undefined) {
  it.skip('immutability on a real account: set IMMUTABILITY_COSMOS_ENDPOINT and sign in as the order service', () => {});
} else {
  immutabilitySuite(`the account ${endpoint}`, async () => {
    const client = new CosmosClient({ endpoint, aadCredentials: new DefaultAzureCredential() });
    return {
      container: client.database(databaseName).container(name),
      streamId: `immutability-${randomUUID()}`,
      elapse: (milliseconds) => pause(milliseconds),
      close: async () => client.dispose(),
    };
  });
}

describe('Immutability: the attacks', () => {
  // The emulator does not do these two for anybody.
  const unsupported = ['a bulk delete', 'delete of the whole partition'];
  const onItems = attacks.filter((attack) => attack.at === 'items' && !unsupported.includes(attack.name));

  it.each(onItems.map((attack) => [attack.name, attack] as const))(
    'are real: with a role that allows it, %s goes through',
    async (_name, attack) => {
      const { container, streamId, ...target } = await emulated('in process', 'contributor');
      try {
        for (const id of ['1', '2', '3']) await container.items.create({ id, streamId, dedup: id, data: {} });
        const stored = async (): Promise<unknown> =>
          (await container.items.query('SELECT * FROM c', { partitionKey: streamId }).fetchAll()).resources;
        const before = await stored();
        await attack.run({ container, streamId });
        expect(await stored()).not.toEqual(before);
      } finally {
        await target.close();
      }
    },
  );
});
