import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMULATOR_KEY, createCosmosEmulator } from '@daybook/cosmos-emulator';
import type { FeedRange } from '@daybook/ports';
import { containerBehaviour } from '@daybook/ports/behaviour';
import { type CosmosConnection, cosmosClient } from './cosmos-client.ts';
import { cosmosContainer } from './cosmos-container.ts';

const key = EMULATOR_KEY;

async function containerUnderTest(overHttp: boolean, feedRanges: number) {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-cosmos-'));
  const emulator = createCosmosEmulator({ storage: join(folder, 'cosmos.db'), feedRanges });
  const connection: CosmosConnection = overHttp
    ? { endpoint: `http://127.0.0.1:${(await emulator.listen({ host: '127.0.0.1', port: 0 })).port}`, key }
    : { endpoint: 'https://embedded.invalid', key, httpClient: emulator.httpClient };
  const client = cosmosClient(connection);
  const { database } = await client.databases.createIfNotExists({ id: 'shop' });
  const { container } = await database.containers.createIfNotExists({
    id: 'things',
    partitionKey: { paths: ['/pk'] },
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/dedup'] }] },
  });
  const opened = cosmosContainer(container);
  return {
    container: opened,
    async split({ id }: FeedRange) {
      // Before the first split the emulator's ids are the ranges' places.
      const place = (await opened.feedRanges()).findIndex((each) => each.id === id);
      await emulator.splitRange({ database: 'shop', container: 'things', rangeId: String(place) });
    },
    async close() {
      client.dispose();
      await emulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

containerBehaviour('the Cosmos DB SDK over the emulator', () => containerUnderTest(false, 4));
containerBehaviour('the Cosmos DB SDK over the emulator with one feed range', () => containerUnderTest(false, 1));
containerBehaviour('the Cosmos DB SDK over HTTP', () => containerUnderTest(true, 4));
