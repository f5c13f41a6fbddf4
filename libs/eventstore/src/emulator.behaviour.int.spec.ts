import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type CosmosConnection, cosmosClient, cosmosContainer } from '@daybook/azure';
import { EMULATOR_KEY, createCosmosEmulator } from '@daybook/cosmos-emulator';
import { systemRuntime } from '@daybook/ports';
import { eventStoreBehaviour } from './behaviour.ts';
import { createEventStore } from './event-store.ts';
import { allOf } from './test-support/fixtures.ts';
import { verifyStream } from './verify-stream.ts';

async function openEvents(connection: CosmosConnection, databaseName = 'shop') {
  const client = cosmosClient(connection);
  const { database } = await client.databases.createIfNotExists({ id: databaseName });
  const { container } = await database.containers.createIfNotExists({
    id: 'events',
    partitionKey: { paths: ['/streamId'] },
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/dedup'] }] },
  });
  const kept = await database.containers.createIfNotExists({ id: 'snapshots', partitionKey: { paths: ['/id'] } });
  return { client, database, container: cosmosContainer(container), snapshots: cosmosContainer(kept.container) };
}

eventStoreBehaviour(
  'the Cosmos DB emulator, through the SDK',
  async () => {
    const emulator = createCosmosEmulator({ storage: ':memory:' });
    const { httpClient } = emulator;
    const { client, container, snapshots } = await openEvents({
      endpoint: 'https://embedded.invalid',
      key: EMULATOR_KEY,
      httpClient,
    });
    return {
      container,
      snapshots,
      close: async () => {
        client.dispose();
        await emulator.close();
      },
    };
  },
  { histories: 30 },
);

eventStoreBehaviour(
  'the Cosmos DB emulator, over HTTP',
  async () => {
    const emulator = createCosmosEmulator({ storage: ':memory:' });
    const { url } = await emulator.listen({ host: '127.0.0.1', port: 0 });
    const { client, container, snapshots } = await openEvents({ endpoint: url, key: EMULATOR_KEY });
    return {
      container,
      snapshots,
      close: async () => {
        client.dispose();
        await emulator.close();
      },
    };
  },
  { histories: 5 },
);

/** An account to run on: `EVENT_STORE_COSMOS_ENDPOINT` and `EVENT_STORE_COSMOS_KEY`. It gets a database that is removed at the end. */
const { EVENT_STORE_COSMOS_ENDPOINT: endpoint, EVENT_STORE_COSMOS_KEY: key } = process.env;

if (endpoint === undefined || key === undefined) {
  describe('One suite for every store: an account', () => {
    it.skip('is skipped: EVENT_STORE_COSMOS_ENDPOINT and EVENT_STORE_COSMOS_KEY name none', () => undefined);
  });
} else {
  eventStoreBehaviour(
    `the account at ${endpoint}`,
    async () => {
      const { client, database, container, snapshots } = await openEvents(
        { endpoint, key },
        `event-store-${systemRuntime().newId()}`,
      );
      return {
        container,
        snapshots,
        close: async () => {
          await database.delete();
          client.dispose();
        },
      };
    },
    { histories: 3 },
  );
}

const worker = join(process.cwd(), 'src', 'test-support', 'append-worker.mjs');

/** Runs a writer in a process of its own and returns the versions it appended. */
function appendInProcess(endpoint: string, streamId: string, writer: number, count: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const args = [worker, endpoint, EMULATOR_KEY, streamId, String(writer), String(count)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
    let output = '';
    let complaints = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (complaints += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(JSON.parse(output) as number[]) : reject(new Error(`writer ${writer}: ${complaints}`)),
    );
  });
}

describe('Append: several processes on one stream, over HTTP', () => {
  it('exactly one wins each version, and versions stay contiguous', async () => {
    const emulator = createCosmosEmulator({ storage: ':memory:' });
    try {
      const { url } = await emulator.listen({ host: '127.0.0.1', port: 0 });
      const { client, container } = await openEvents({ endpoint: url, key: EMULATOR_KEY });
      const [writers, count] = [3, 10];
      const won = await Promise.all(
        Array.from({ length: writers }, (_, writer) => appendInProcess(url, 'counter-shared', writer, count)),
      );
      const versions = won.flat().sort((one, other) => one - other);
      expect(versions).toEqual(Array.from({ length: writers * count }, (_, index) => index + 1));
      const store = createEventStore({ container, runtime: systemRuntime() });
      const events = await allOf(store.readAll('counter-shared'));
      expect(verifyStream(events)).toMatchObject({ ok: true, version: writers * count });
      client.dispose();
    } finally {
      await emulator.close();
    }
  });
});
