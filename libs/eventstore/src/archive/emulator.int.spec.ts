import { cosmosClient, cosmosContainer } from '@daybook/azure';
import { EMULATOR_KEY, createCosmosEmulator } from '@daybook/cosmos-emulator';
import { type Container, memoryBlobStore } from '@daybook/ports';
import { createAggregateStore } from '../aggregate-store.ts';
import { createEventStore } from '../event-store.ts';
import { verifyStreams } from '../integrity/verify-streams.ts';
import type { StoredEvent } from '../stored-event.ts';
import type { CorrelationPosition } from '../time-travel/correlation.ts';
import { allOf, counted, counter, counterCodec, errorOf, instantRuntime, metadata } from '../test-support/fixtures.ts';
import { archivedContainer } from './archived-container.ts';
import { createArchiver } from './archiver.ts';

describe('Growth: on the Cosmos DB emulator, through the SDK', () => {
  const runtime = instantRuntime(61);
  const emulator = createCosmosEmulator({ storage: ':memory:', feedRanges: 4 });
  const client = cosmosClient({
    endpoint: 'https://embedded.invalid',
    key: EMULATOR_KEY,
    httpClient: emulator.httpClient,
  });
  let container: Container;

  beforeAll(async () => {
    const { database } = await client.databases.createIfNotExists({ id: 'shop' });
    const created = await database.containers.createIfNotExists({
      id: 'events',
      partitionKey: { paths: ['/streamId'] },
      uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/dedup'] }] },
    });
    container = cosmosContainer(created.container);
    const ones = counted(...new Array<number>(60).fill(1));
    for (const streamId of ['counter-1', 'counter-2', 'counter-3']) {
      for (const key of ['a', 'b', 'c', 'd']) {
        const store = createEventStore({ container, runtime });
        await store.append({ streamId, expectedVersion: 'any', events: ones, metadata: metadata(key) });
        await runtime.sleep(1_000);
      }
    }
  });
  afterAll(async () => {
    client.dispose();
    await emulator.close();
  });

  it('archives, verifies and restores', async () => {
    const blobs = memoryBlobStore('archive');
    const coveredUpTo = async (streamId: string) => (streamId === 'counter-1' ? 239 : 0);
    const options = { container, blobs, runtime, olderThanDays: 0, dedupWindowDays: 0, coveredUpTo, guards: [] };
    const archiver = createArchiver({ ...options, segmentMax: 100 });
    expect(await archiver.archive('counter-1')).toEqual({ archivedTo: 239, deleted: 238, heldBy: [] });
    expect(await archiver.archive('counter-2')).toMatchObject({ deleted: 0 });

    const archived = archivedContainer(container as unknown as Container<StoredEvent>, blobs) as unknown as Container;
    const events = await allOf(createEventStore({ container: archived, runtime }).readAll('counter-1'));
    expect(events.map(({ version }) => version)).toEqual(Array.from({ length: 240 }, (_, index) => index + 1));
    expect(await verifyStreams({ container: archived, runtime, pageSize: 50 })).toMatchObject({
      ...{ complete: true, events: 482, streams: 3, bad: [] },
    });

    const counters = createAggregateStore({
      store: createEventStore({ container: archived, runtime }),
      ...{ codec: counterCodec, decider: counter, category: 'counter' },
    });
    const middle = events[119];
    expect(await counters.asOf('counter-1', { version: 77 })).toMatchObject({ state: 77, version: 77 });
    expect(await counters.asOf('counter-1', { instant: middle!.recordedAt })).toMatchObject({ version: 120 });
    const command = { streamId: 'counter-1', command: { by: 1 }, metadata: metadata('next') };
    expect(await counters.execute(command)).toMatchObject({ kind: 'appended', version: 241, state: 241 });
    expect(await counters.execute(command)).toMatchObject({ kind: 'duplicate', receipt: { fromVersion: 241 } });
    const stale = createEventStore({ container: archived, runtime }).append({
      ...{ streamId: 'counter-1', expectedVersion: 100, events: counted(1), metadata: metadata('stale') },
    });
    expect(await errorOf(stale)).toMatchObject({ code: 'concurrency-conflict', actualVersion: 241 });

    const found: CorrelationPosition[] = [];
    for (let complete = false; !complete;) {
      const after = found.at(-1);
      const store = createEventStore({ container: archived, runtime });
      const slice = await store.readCorrelation({ correlationId: 'correlation', limit: 170, ...(after && { after }) });
      found.push(...slice.events);
      ({ complete } = slice);
    }
    const places = found.map(({ recordedAt, streamId, version }) => `${recordedAt} ${streamId} ${1_000 + version}`);
    expect(places).toHaveLength(721);
    expect(places).toEqual([...new Set(places)].sort());

    expect(await archiver.restore('counter-1')).toBe(238);
    expect(await verifyStreams({ container, runtime, pageSize: 50 })).toMatchObject({
      ...{ complete: true, events: 721, streams: 3, bad: [] },
    });
  });

  it('names the first bad event of each bad stream', async () => {
    await container.batch('counter-2', [{ kind: 'delete', id: '100' }]);
    const { document } = await container.read('counter-3', '7');
    const { _etag, _ts, ...event } = document as unknown as StoredEvent;
    await container.batch('counter-3', [{ kind: 'replace', document: { ...event, data: { by: 2 } } }]);
    const { bad } = await verifyStreams({ container, runtime, headsMax: 1 });
    expect(bad.map(({ streamId, version, problem }) => [streamId, version, problem]).sort()).toEqual([
      ['counter-2', 100, 'version'],
      ['counter-3', 7, 'hash'],
    ]);
  });
});
