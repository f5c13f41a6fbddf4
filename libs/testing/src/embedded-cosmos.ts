import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cosmosClient, cosmosContainer } from '@daybook/azure';
import { type CosmosEmulatorOptions, EMULATOR_KEY, createCosmosEmulator } from '@daybook/cosmos-emulator';
import type { Container } from '@daybook/ports';

export interface EmbeddedContainer {
  /** A path like `/streamId`. */
  readonly partitionKey: string;
  /** Paths like `/dedup`, each unique within a partition. */
  readonly uniqueKeys?: readonly string[];
}

export interface EmbeddedCosmosOptions<Name extends string> {
  readonly containers: Readonly<Record<Name, EmbeddedContainer>>;
  /** Ranges of every change feed; default 4. */
  readonly feedRanges?: number;
  /** Milliseconds since the epoch, for `_ts`; the clock of the machine by default. */
  readonly now?: () => number;
  /** Asked for every request which fault it meets. */
  readonly faults?: CosmosEmulatorOptions['faults'];
}

export interface EmbeddedCosmos<Name extends string> {
  /** Real SDK-backed containers by name. */
  readonly containers: Readonly<Record<Name, Container>>;
  /** Also removes the data. */
  close(): Promise<void>;
}

const endpoint = 'https://embedded.invalid';

/** The real Cosmos DB SDK over an emulator in this process: no port, data in a temporary folder. */
export async function embeddedCosmos<Name extends string>(
  options: EmbeddedCosmosOptions<Name>,
): Promise<EmbeddedCosmos<Name>> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-cosmos-'));
  const { feedRanges, now, faults } = options;
  const emulator = createCosmosEmulator({ storage: join(folder, 'cosmos.db'), feedRanges, now, faults });
  const client = cosmosClient({ endpoint, key: EMULATOR_KEY, httpClient: emulator.httpClient });
  const { database } = await client.databases.createIfNotExists({ id: 'embedded' });
  const containers = {} as Record<Name, Container>;
  for (const name of Object.keys(options.containers) as Name[]) {
    const { partitionKey, uniqueKeys = [] } = options.containers[name];
    const { container } = await database.containers.createIfNotExists({
      id: name,
      partitionKey: { paths: [partitionKey] },
      ...(uniqueKeys.length === 0
        ? {}
        : { uniqueKeyPolicy: { uniqueKeys: uniqueKeys.map((path) => ({ paths: [path] })) } }),
    });
    containers[name] = cosmosContainer(container);
  }
  return {
    containers,
    async close() {
      client.dispose();
      await emulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
