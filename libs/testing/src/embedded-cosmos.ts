import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CosmosConnection, cosmosClient, cosmosContainer } from '@daybook/azure';
import {
  type CosmosEmulator,
  type CosmosEmulatorOptions,
  EMULATOR_KEY,
  type Split,
  type SplitOptions,
  createCosmosEmulator,
  devTokenCredential,
} from '@daybook/cosmos-emulator';
import type { Container } from '@daybook/ports';

/** A path of a composite index. */
export interface IndexedPath {
  readonly path: string;
  readonly order: 'ascending' | 'descending';
}

export interface EmbeddedContainer {
  /** A path like `/streamId`. */
  readonly partitionKey: string;
  /** Paths like `/dedup`, each unique within a partition. */
  readonly uniqueKeys?: readonly string[];
  /** Paths like `/version` that alone are indexed, which makes writes cheaper; everything by default. */
  readonly indexed?: readonly string[];
  /** Orders by several paths, each of which needs an index: `[[{ path: '/placedAt', order: 'descending' }, { path: '/id', … }]]`. */
  readonly compositeIndexes?: readonly (readonly IndexedPath[])[];
}

export interface EmbeddedCosmosOptions<Name extends string> {
  readonly containers: Readonly<Record<Name, EmbeddedContainer>>;
  /** Ranges of every change feed; default 4. */
  readonly feedRanges?: number;
  /** Milliseconds since the epoch, for `_ts`; the clock of the machine by default. */
  readonly now?: () => number;
  /** What identities may do, for `as`. Scopes are below `/dbs/embedded`. */
  readonly roles?: CosmosEmulatorOptions['roles'];
  /** Asked for every request which fault it meets. */
  readonly faults?: CosmosEmulatorOptions['faults'];
}

export interface EmbeddedCosmos<Name extends string> {
  /** Real SDK-backed containers by name. */
  readonly containers: Readonly<Record<Name, Container>>;
  /** The same containers opened as an identity: the `principalId` of role assignments. */
  as(principalId: string): Readonly<Record<Name, Container>>;
  /** Every request with its request charge. */
  readonly recorder: CosmosEmulator['recorder'];
  /** Faults by chance, from a seed. */
  readonly faults: CosmosEmulator['faults'];
  /** Splits a feed range of a container while its readers run; by default the one with the most items. */
  splitRange(name: Name, options?: Pick<SplitOptions, 'rangeId' | 'durationMs'>): Promise<Split>;
  /** Also removes the data. */
  close(): Promise<void>;
}

type Client = ReturnType<typeof cosmosClient>;

const endpoint = 'https://embedded.invalid';
const databaseName = 'embedded';

/** The real Cosmos DB SDK over an emulator in this process: no port, data in a temporary folder. */
export async function embeddedCosmos<Name extends string>(
  options: EmbeddedCosmosOptions<Name>,
): Promise<EmbeddedCosmos<Name>> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-cosmos-'));
  const { feedRanges, now, faults, roles } = options;
  const emulator = createCosmosEmulator({ storage: join(folder, 'cosmos.db'), feedRanges, now, faults, roles });
  const names = Object.keys(options.containers) as Name[];
  const clients: Client[] = [];
  const connect = (who: Pick<CosmosConnection, 'key' | 'credential'>): Client => {
    const client = cosmosClient({ endpoint, httpClient: emulator.httpClient, ...who });
    clients.push(client);
    return client;
  };
  const open = (client: Client): Record<Name, Container> =>
    Object.fromEntries(
      names.map((name) => [name, cosmosContainer(client.database(databaseName).container(name))]),
    ) as Record<Name, Container>;
  const client = connect({ key: EMULATOR_KEY });
  const { database } = await client.databases.createIfNotExists({ id: databaseName });
  for (const name of names) {
    const { partitionKey, uniqueKeys = [], indexed, compositeIndexes = [] } = options.containers[name];
    await database.containers.createIfNotExists({
      id: name,
      partitionKey: { paths: [partitionKey] },
      ...(uniqueKeys.length === 0
        ? {}
        : { uniqueKeyPolicy: { uniqueKeys: uniqueKeys.map((path) => ({ paths: [path] })) } }),
      ...(indexed === undefined && compositeIndexes.length === 0
        ? {}
        : { indexingPolicy: policyOf(indexed, compositeIndexes) }),
    });
  }
  emulator.recorder.reset();
  return {
    containers: open(client),
    as: (oid) => open(connect({ credential: devTokenCredential({ oid, now }) })),
    recorder: emulator.recorder,
    faults: emulator.faults,
    splitRange: (name, range) => emulator.splitRange({ database: databaseName, container: name, ...range }),
    async close() {
      for (const each of clients) each.dispose();
      await emulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function policyOf(indexed: readonly string[] | undefined, composites: readonly (readonly IndexedPath[])[]) {
  return {
    includedPaths: indexed?.map((path) => ({ path: `${path}/?` })) ?? [{ path: '/*' }],
    excludedPaths: [{ path: indexed === undefined ? '/"_etag"/?' : '/*' }],
    compositeIndexes: composites.map((index) => index.map((path) => ({ ...path }))),
  };
}
