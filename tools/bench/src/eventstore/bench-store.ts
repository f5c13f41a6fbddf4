import type { Container as SdkContainer, CosmosClient } from '@azure/cosmos';
import { cosmosClient, cosmosContainer } from '@daybook/azure';
import { containers } from '@daybook/contracts';
import { EMULATOR_KEY } from '@daybook/cosmos-emulator';
import { type AggregateStoreOptions, createAggregateStore, createEventStore, eventCodec } from '@daybook/eventstore';
import { type Container, type Decider, systemRuntime } from '@daybook/ports';

export type Noted = { readonly type: 'Noted'; readonly data: { readonly number: number; readonly text: string } };
export interface Note {
  readonly number: number;
  readonly text: string;
}

/** With it, the document of one event has about 1 KB. */
export const text = 'x'.repeat(280);

const decider: Decider<Note, Noted, number> = {
  initial: 0,
  decide: (data) => [{ type: 'Noted', data }],
  evolve: (count) => count + 1,
};
const codec = eventCodec<Noted>({ Noted: { version: 1, schema: { parse: (data) => data } } });

const runtime = systemRuntime();

export interface BenchStore {
  readonly client: CosmosClient;
  /** A new events container, with the keys and the indexing of the services' own. */
  createContainer(name: string): Promise<SdkContainer>;
  createSnapshots(): Promise<SdkContainer>;
}

export async function openBench(endpoint: string): Promise<BenchStore> {
  const client = cosmosClient({ endpoint, key: EMULATOR_KEY });
  const { database } = await client.databases.createIfNotExists({ id: 'bench' });
  const definition = containers.find(({ purpose, service }) => purpose === 'events' && service === 'inventory');
  if (definition === undefined) throw new Error('the topology has no events container of inventory');
  const { partitionKey, uniqueKeys = [], indexed = [] } = definition;
  return {
    client,
    async createContainer(name) {
      const { container } = await database.containers.createIfNotExists({
        id: name,
        partitionKey: { paths: [partitionKey] },
        uniqueKeyPolicy: { uniqueKeys: uniqueKeys.map((path) => ({ paths: [path] })) },
        indexingPolicy: {
          includedPaths: indexed.map((path) => ({ path: `${path}/?` })),
          excludedPaths: [{ path: '/*' }],
        },
      });
      return container;
    },
    async createSnapshots() {
      const request = { id: 'snapshots', partitionKey: { paths: ['/id'] } };
      return (await database.containers.createIfNotExists(request)).container;
    },
  };
}

export const portOf = (container: SdkContainer): Container => cosmosContainer(container);

export const storeOver = (container: Container) => createEventStore({ container, runtime });

export function notesOver(
  container: Container,
  options: Partial<Pick<AggregateStoreOptions<Note, Noted, number>, 'groupMax' | 'cache' | 'snapshots'>> = {},
) {
  const store = storeOver(container);
  const notes = createAggregateStore({ store, codec, decider, category: 'note', ...options });
  return {
    load: notes.load,
    settled: notes.settled,
    note: (streamId: string, number: number) =>
      notes.execute({ streamId, command: { number, text }, metadata: metadataOf(runtime.newId()) }),
  };
}

export const metadataOf = (commandKey: string) => ({
  commandKey,
  correlationId: commandKey,
  causationId: commandKey,
  actor: 'service:bench',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
});

/** Fills a stream with events of 1 KB, as fast as whole batches go. */
export async function fill(container: Container, streamId: string, count: number): Promise<void> {
  const store = storeOver(container);
  let head = { version: 0, hash: '0'.repeat(64), recordedAt: '' };
  while (head.version < count) {
    const size = Math.min(99, count - head.version);
    const events = Array.from({ length: size }, (_, index) =>
      codec.encode({ type: 'Noted', data: { number: head.version + index, text } }),
    );
    const metadata = metadataOf(`fill-${head.version}`);
    const receipt = await store.append({ streamId, expectedVersion: head.version, head, events, metadata });
    head = { version: receipt.toVersion, hash: receipt.lastHash, recordedAt: receipt.recordedAt };
  }
}
