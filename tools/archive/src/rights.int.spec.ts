import { cosmosClient, cosmosContainer, type CosmosConnection } from '@daybook/azure';
import {
  containers,
  databaseName,
  dataRoleAssignments,
  dataRoleDefinitions,
  eventsContainer,
  leasesContainer,
  snapshotsContainer,
} from '@daybook/contracts';
import { createCosmosEmulator, type CosmosEmulator, devTokenCredential, EMULATOR_KEY } from '@daybook/cosmos-emulator';
import { createArchiver, createEventStore, type StoredEvent } from '@daybook/eventstore';
import { type BlobStore, type Container, memoryBlobStore, systemRuntime } from '@daybook/ports';
import { archiveService } from './archive-service.ts';

const runtime = systemRuntime();
const dayMs = 86_400_000;
const streamId = 'stock-85123A';
const names = { events: eventsContainer.inventory, snapshots: snapshotsContainer('inventory') };
const leasesName = leasesContainer('inventory');

describe('Growth: who may archive, on the Cosmos DB emulator with the topology’s roles', () => {
  let emulator: CosmosEmulator;
  let archive: BlobStore;
  const clients: ReturnType<typeof cosmosClient>[] = [];

  const connect = (who: Pick<CosmosConnection, 'key' | 'credential'>): ReturnType<typeof cosmosClient> => {
    const client = cosmosClient({ endpoint: 'https://embedded.invalid', httpClient: emulator.httpClient, ...who });
    clients.push(client);
    return client;
  };
  const storesAs = (who: Pick<CosmosConnection, 'key' | 'credential'>) => {
    const database = connect(who).database(databaseName);
    const open = (name: string): Container => cosmosContainer(database.container(name));
    const events = open(names.events) as unknown as Container<StoredEvent>;
    return { events, snapshots: open(names.snapshots), leases: open(leasesName), archive };
  };
  const as = (oid: string) => storesAs({ credential: devTokenCredential({ oid }) });
  const hot = async (): Promise<number> => {
    const { events } = storesAs({ key: EMULATOR_KEY });
    return (await events.query({ partitionKey: streamId, limit: 1_000 })).documents.length;
  };
  const limits = { runtime, feeds: ['relay'], olderThanDays: 1, dedupWindowDays: 7 };

  beforeEach(async () => {
    archive = memoryBlobStore('archive');
    emulator = createCosmosEmulator({
      storage: ':memory:',
      roles: {
        roleDefinitions: dataRoleDefinitions,
        roleAssignments: dataRoleAssignments({ inventory: 'inventory', archiver: 'archiver', operator: 'operator' }),
      },
    });
    const { database } = await connect({ key: EMULATOR_KEY }).databases.create({ id: databaseName });
    for (const { name, partitionKey, uniqueKeys = [] } of containers) {
      if (![names.events, names.snapshots, leasesName].includes(name)) continue;
      const unique = uniqueKeys.length > 0 && { uniqueKeyPolicy: { uniqueKeys: [{ paths: [...uniqueKeys] }] } };
      await database.containers.create({ id: name, partitionKey: { paths: [partitionKey] }, ...unique });
    }
    const { events, snapshots, leases } = as('inventory');
    const past = { ...runtime, now: () => runtime.now() - 30 * dayMs };
    const store = createEventStore({ container: events as unknown as Container, runtime: past });
    const { lastHash } = await store.append({
      ...{ streamId, expectedVersion: 'none' },
      events: Array.from({ length: 60 }, () => ({ type: 'Counted', schemaVersion: 1, data: {} })),
      metadata: { commandKey: 'c', correlationId: 'r', causationId: 'r', actor: 'a', traceparent: '' },
    });
    await snapshots.batch(streamId, [
      { kind: 'upsert', document: { id: streamId, streamId, version: 60, hash: lastHash } },
    ]);
    for (const range of await events.feedRanges()) {
      const { continuation } = await events.feedPage({ range, limit: 1_000 });
      const document = { id: `relay.${range.id}`, feed: 'relay', range, continuation };
      await leases.batch(document.id, [{ kind: 'upsert', document }]);
    }
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.dispose();
    await emulator.close();
  });

  it('the archiver may, and the service puts back', async () => {
    const done = await archiveService({ stores: as('archiver'), ...limits });
    expect(done).toEqual([{ streamId, archivedTo: 59, deleted: 58, heldBy: [] }]);
    expect(await hot()).toBe(2);
    const restorerAs = (who: string) =>
      createArchiver({
        ...{ container: as(who).events as unknown as Container, blobs: archive, guards: [] },
        ...{ ...limits, coveredUpTo: () => Promise.resolve(0) },
      });
    await expect(restorerAs('archiver').restore(streamId)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await restorerAs('inventory').restore(streamId)).toBe(58);
    expect(await hot()).toBe(60);
  });

  it.each(['inventory', 'operator'])('%s may not: nothing is deleted', async (who) => {
    await expect(archiveService({ stores: as(who), ...limits })).rejects.toMatchObject({ code: 'forbidden' });
    expect(await hot()).toBe(60);
    // What was copied before the refusal does no harm: the archiver goes on from there.
    expect(await archiveService({ stores: as('archiver'), ...limits })).toMatchObject([{ deleted: 58 }]);
  });
});
