import { type BlobStore, type Container, memoryBlobStore, memoryContainer, type Query } from '@daybook/ports';
import * as fc from 'fast-check';
import { createAggregateStore } from '../aggregate-store.ts';
import { createEventStore } from '../event-store.ts';
import { verifyStreams } from '../integrity/verify-streams.ts';
import type { StoredEvent } from '../stored-event.ts';
import {
  allOf,
  counted,
  counter,
  counterCodec,
  errorOf,
  faultyContainer,
  instantRuntime,
  metadata,
  seededFaults,
} from '../test-support/fixtures.ts';
import { archivedContainer } from './archived-container.ts';
import { type ArchiverOptions, createArchiver } from './archiver.ts';

const streamId = 'counter-1';
const dayMs = 86_400_000;

/** A stream of one event a day, the last of them today, and its archive. */
async function world(events: number, options: Partial<ArchiverOptions> = {}) {
  const runtime = instantRuntime(51);
  const container = memoryContainer<StoredEvent>({
    name: 'events',
    runtime,
    partitionKey: (event) => event.streamId,
    uniqueKeys: ['/dedup'],
  });
  const store = createEventStore({ container, runtime });
  for (let version = 0; version < events; version += 1) {
    if (version > 0) await runtime.sleep(dayMs);
    const request = { streamId, expectedVersion: version, events: counted(1), metadata: metadata(`c${version}`) };
    await store.append(request);
  }
  const whole = await allOf(store.readAll(streamId));
  const blobs = memoryBlobStore('archive');
  const settings = { olderThanDays: 0, dedupWindowDays: 0, coveredUpTo: async () => events, guards: [] };
  const open = (more: Partial<ArchiverOptions> = {}) =>
    createArchiver({ container, blobs, runtime, ...settings, ...options, ...more });
  const left = async () => (await allVersions(container)).map(({ version }) => version);
  const archived = archivedContainer(container, blobs);
  return { runtime, container, blobs, open, left, whole, archived };
}

async function allVersions(container: Container<StoredEvent>): Promise<readonly StoredEvent[]> {
  const orderBy = [{ field: 'version', direction: 'asc' }] as const;
  return (await container.query({ partitionKey: streamId, orderBy, limit: 1_000 })).documents;
}

const content = (events: readonly StoredEvent[]) => events.map(({ _etag, _ts, ...event }) => event);

describe('Growth: the archiver', () => {
  it('moves what is old, and leaves the first and the last event', async () => {
    const { open, left } = await world(10);
    expect(await open().archive(streamId)).toEqual({ archivedTo: 9, deleted: 8, heldBy: [] });
    expect(await left()).toEqual([1, 10]);
    expect(await open().archive(streamId)).toEqual({ archivedTo: 9, deleted: 0, heldBy: [] });
    expect(await open().archive('counter-none')).toEqual({ archivedTo: 1, deleted: 0, heldBy: [] });
  });

  it('leaves what is young, and what no snapshot covers', async () => {
    const young = await world(10, { olderThanDays: 3.5, dedupWindowDays: 3.5 });
    expect(await young.open().archive(streamId)).toMatchObject({ archivedTo: 6 });
    expect(await young.left()).toEqual([1, 7, 8, 9, 10]);
    const covered = await world(10, { coveredUpTo: async () => 4 });
    expect(await covered.open().archive(streamId)).toMatchObject({ archivedTo: 4 });
    const uncovered = await world(10, { coveredUpTo: async () => 0 });
    expect(await uncovered.open().archive(streamId)).toMatchObject({ archivedTo: 1, deleted: 0 });
  });

  it('waits with deleting for every guard and for the time in which commands may be repeated', async () => {
    const { open, left } = await world(10, { olderThanDays: 1.5, dedupWindowDays: 6.5 });
    let passed = 5;
    const guards = [
      { name: 'feed:relay', allows: async (_: string, upToVersion: number) => upToVersion <= passed },
      { name: 'feed:read-models', allows: async () => true },
    ];
    expect(await open({ guards }).archive(streamId)).toEqual({ archivedTo: 8, deleted: 0, heldBy: ['feed:relay'] });
    passed = 8;
    expect(await open({ guards }).archive(streamId)).toEqual({ archivedTo: 8, deleted: 2, heldBy: [] });
    expect(await left()).toEqual([1, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('goes on where it was interrupted, wherever that was', async () => {
    const { container, open, archived, whole, left } = await world(40);
    const faulty = faultyContainer(container as unknown as Container, seededFaults(3, 0.25));
    let attempts = 0;
    for (let done = false; !done; attempts += 1) {
      try {
        await open({ container: faulty, segmentMax: 7 }).archive(streamId);
        done = true;
      } catch {
        expect(content(await allVersions(archived))).toEqual(content(whole));
      }
    }
    expect(attempts).toBeGreaterThan(2);
    expect(await left()).toEqual([1, 40]);
    expect(content(await allVersions(archived))).toEqual(content(whole));
  });

  it('loses nothing where several work at once and cut differently', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { open, archived, whole, left, container } = await world(40);
      const slow = (each: number) =>
        faultyContainer(container as unknown as Container, seededFaults(seed * 10 + each, 0.1));
      const archivers = [3, 5, 8].map((segmentMax) => open({ segmentMax, container: slow(segmentMax) }));
      await Promise.allSettled(archivers.map((archiver) => archiver.archive(streamId)));
      expect(content(await allVersions(archived))).toEqual(content(whole));
      await open().archive(streamId);
      expect(await left()).toEqual([1, 40]);
      expect(content(await allVersions(archived))).toEqual(content(whole));
    }
  });

  it('archives no stream that does not verify, and deletes nothing that is another in the archive', async () => {
    const broken = await world(10);
    const third = { ...content(broken.whole)[2], data: { by: 9 } } as StoredEvent;
    await broken.container.batch(streamId, [{ kind: 'replace', document: third }]);
    expect(await errorOf(broken.open().archive(streamId))).toMatchObject({ code: 'stream-corrupt', version: 3 });
    expect(await broken.left()).toHaveLength(10);

    const changed = await world(10, { olderThanDays: 0, dedupWindowDays: 365 });
    await changed.open().archive(streamId);
    const fourth = { ...content(changed.whole)[3], hash: '0'.repeat(64) } as StoredEvent;
    await changed.container.batch(streamId, [{ kind: 'replace', document: fourth }]);
    const again = changed.open({ dedupWindowDays: 0 }).archive(streamId);
    expect(await errorOf(again)).toMatchObject({ code: 'stream-corrupt', version: 4 });
    expect(await changed.left()).toHaveLength(10);
  });

  it('refuses limits that cannot be', async () => {
    const { open } = await world(1);
    expect(() => open({ olderThanDays: 30, dedupWindowDays: 7 })).toThrow(RangeError);
    expect(() => open({ segmentMax: 1_001 })).toThrow(RangeError);
  });
});

describe('Growth: restore', () => {
  it('puts everything back as it was', async () => {
    const { open, left, container, whole } = await world(25);
    await open({ segmentMax: 10 }).archive(streamId);
    expect(await open().restore(streamId)).toBe(23);
    expect(await left()).toHaveLength(25);
    expect(content(await allVersions(container))).toEqual(content(whole));
    expect(await open().restore(streamId)).toBe(0);
  });

  it('writes nothing where a segment was changed', async () => {
    const { open, left, blobs } = await world(25);
    await open().archive(streamId);
    const changed: BlobStore = { ...blobs, get: async () => Buffer.from('rubbish') };
    expect(await errorOf(open({ blobs: changed }).restore(streamId))).toMatchObject({ code: 'stream-corrupt' });
    const gone: BlobStore = { ...blobs, get: async () => undefined };
    expect(await errorOf(open({ blobs: gone }).restore(streamId))).toMatchObject({ code: 'stream-corrupt' });
    expect(await left()).toEqual([1, 25]);
  });
});

describe('Growth: a container with an archive', () => {
  it('reads as if nothing had been moved, whatever is asked', async () => {
    const shape = fc.record({
      events: fc.integer({ min: 1, max: 14 }),
      covered: fc.integer({ min: 0, max: 14 }),
      segmentMax: fc.integer({ min: 1, max: 5 }),
      above: fc.option(fc.integer({ min: 0, max: 15 })),
      below: fc.option(fc.integer({ min: 0, max: 16 })),
      direction: fc.constantFrom('asc' as const, 'desc' as const),
      limit: fc.integer({ min: 1, max: 16 }),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ events, covered, segmentMax, above, below, direction, limit }) => {
        const { open, archived, whole } = await world(events, { coveredUpTo: async () => covered });
        await open({ segmentMax }).archive(streamId);
        const query: Query = {
          partitionKey: streamId,
          where: [
            ...(above === null ? [] : [{ field: 'version', op: '>' as const, value: above }]),
            ...(below === null ? [] : [{ field: 'version', op: '<' as const, value: below }]),
          ],
          orderBy: [{ field: 'version', direction }],
          limit,
        };
        const found: StoredEvent[] = [];
        for (let continuation: string | undefined; ;) {
          const page = await archived.query(continuation === undefined ? query : { ...query, continuation });
          expect(page.documents.length).toBeLessThanOrEqual(limit);
          found.push(...page.documents);
          continuation = page.continuation;
          if (continuation === undefined) break;
        }
        const expected = whole.filter(({ version }) => version > (above ?? 0) && version < (below ?? Infinity));
        expect(content(found)).toEqual(content(direction === 'asc' ? expected : expected.toReversed()));
        for (const version of [1, 2, events - 1, events, events + 1]) {
          const { document } = await archived.read(streamId, String(version));
          expect(document?.hash).toBe(whole[version - 1]?.hash);
        }
      }),
      { numRuns: 200, seed: 11 },
    );
  });

  it('is loaded, decided on, travelled in and verified like any other', async () => {
    const { runtime, open, archived, whole } = await world(30);
    await open().archive(streamId);
    const store = createEventStore({ container: archived as unknown as Container, runtime });
    const counters = createAggregateStore({ store, codec: counterCodec, decider: counter, category: 'counter' });
    expect(await counters.load(streamId)).toMatchObject({ state: 30, version: 30 });
    expect(await counters.asOf(streamId, { version: 17 })).toMatchObject({ state: 17, version: 17 });
    const outcome = await counters.execute({ streamId, command: { by: 2 }, metadata: metadata('next') });
    expect(outcome).toMatchObject({ kind: 'appended', state: 32, version: 31 });
    expect(content(await allOf(store.readAll(streamId))).slice(0, 30)).toEqual(content(whole));
    expect(await verifyStreams({ container: archived as unknown as Container, runtime })).toMatchObject({ bad: [] });
  });

  it('lets nobody append after the first event, which always stays, what the archive has already', async () => {
    const { runtime, open, archived, whole, left } = await world(30);
    await open().archive(streamId);
    const store = createEventStore({ container: archived as unknown as Container, runtime });
    for (const head of [undefined, whole[0]]) {
      const request = { streamId, expectedVersion: 1, events: counted(1), metadata: metadata('stale') };
      const late = store.append({ ...request, ...(head && { head }) });
      expect(await errorOf(late)).toMatchObject({ code: 'concurrency-conflict' });
    }
    expect(await left()).toEqual([1, 30]);
  });

  it('lets nobody do so either where the archiver deletes at that very moment', async () => {
    const { runtime, open, container, blobs, left } = await world(30);
    const head = (await container.read(streamId, '1')).document!;
    let archivers = 0;
    const overtaken: Container<StoredEvent> = {
      ...container,
      async batch(key, operations) {
        if (operations.some(({ kind }) => kind === 'create') && (archivers += 1) === 1) await open().archive(streamId);
        return container.batch(key, operations);
      },
    };
    const archived = archivedContainer(overtaken, blobs, runtime);
    const store = createEventStore({ container: archived as unknown as Container, runtime });
    const request = { streamId, expectedVersion: 1, events: counted(1), metadata: metadata('stale') };
    expect(await errorOf(store.append({ ...request, head }))).toMatchObject({ code: 'concurrency-conflict' });
    await open().archive(streamId);
    expect(await left()).toEqual([1, 30]);
  });

  it('asks nothing more for a stream that was never archived, whether Blob storage is there or not', async () => {
    const { runtime, container } = await world(1);
    let queries = 0;
    const counting: Container<StoredEvent> = {
      ...container,
      query: (query) => ((queries += 1), container.query(query)),
    };
    const away = (): never => {
      throw new Error('away');
    };
    const blobs: BlobStore = { name: 'archive', get: away, putIfAbsent: away, list: away };
    const through = async (events: Container<StoredEvent>, unarchived: string) => {
      queries = 0;
      const store = createEventStore({ container: events as unknown as Container, runtime });
      const counters = createAggregateStore({ store, codec: counterCodec, decider: counter, category: 'counter' });
      for (const key of ['a', 'b', 'c']) {
        const command = { streamId: unarchived, command: { by: 1 }, metadata: metadata(key) };
        expect(await counters.execute(command)).toMatchObject({ kind: 'appended' });
      }
      await counters.load(unarchived);
      return queries;
    };
    const archived = archivedContainer(counting, blobs, runtime);
    const asked = await through(archived, 'counter-2');
    expect(asked).toBeLessThanOrEqual(await through(counting, 'counter-3'));
  });

  it('misses what is neither here nor there', async () => {
    const { runtime, open, container, archived } = await world(10, { coveredUpTo: async () => 5 });
    await open().archive(streamId);
    await container.batch(streamId, [{ kind: 'delete', id: '7' }]);
    const store = createEventStore({ container: archived as unknown as Container, runtime });
    expect(await errorOf(store.read({ streamId }))).toMatchObject({ code: 'stream-corrupt', version: 7 });
    const { bad } = await verifyStreams({ container: archived as unknown as Container, runtime });
    expect(bad).toMatchObject([{ streamId, version: 7 }]);
  });
});
