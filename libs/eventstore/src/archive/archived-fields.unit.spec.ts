import {
  type BlobStore,
  BlobStoreError,
  type Container,
  memoryBlobStore,
  memoryContainer,
  type Runtime,
} from '@daybook/ports';
import * as fc from 'fast-check';
import { createEventStore } from '../event-store.ts';
import { subjectStreams } from '../personal-data/subject-streams.ts';
import type { StoredEvent } from '../stored-event.ts';
import type { CorrelationPosition } from '../time-travel/correlation.ts';
import { errorOf, instantRuntime, metadata } from '../test-support/fixtures.ts';
import { archivedContainer } from './archived-container.ts';
import { createArchiver } from './archiver.ts';

interface Written {
  readonly stream: number;
  readonly correlation: number;
  readonly events: number;
  readonly pauseMs: number;
}

const streamIds = ['counter-1', 'counter-2', 'counter-3'];

async function world(writes: readonly Written[]) {
  const runtime = instantRuntime(81);
  const container = memoryContainer<StoredEvent>({
    ...{ name: 'events', runtime, uniqueKeys: ['/dedup'] },
    partitionKey: (event) => event.streamId,
  });
  const store = createEventStore({ container: container as unknown as Container, runtime });
  for (const [index, { stream, correlation, events, pauseMs }] of writes.entries()) {
    await store.append({
      ...{ streamId: streamIds[stream] ?? '', expectedVersion: 'any' },
      events: Array.from({ length: events }, () => ({
        ...{ type: 'Counted', schemaVersion: 1 },
        data: { by: 1, who: `person-${correlation}` },
      })),
      metadata: { ...metadata(`c${index}`), correlationId: `r${correlation}` },
    });
    await runtime.sleep(pauseMs);
  }
  const whole = (await container.query({ limit: 1_000 })).documents;
  const blobs = memoryBlobStore('archive');
  const archive = async (streamId: string, upTo: number, segmentMax = 100) => {
    const archiver = createArchiver({
      ...{ container: container as unknown as Container, blobs, runtime, segmentMax, indexed: ['data.who'] },
      ...{ olderThanDays: 0, dedupWindowDays: 0, coveredUpTo: async () => upTo, guards: [] },
    });
    await runtime.sleep(1);
    await archiver.archive(streamId);
  };
  return { runtime, container, blobs, whole, archive };
}

const place = ({ recordedAt, streamId, version }: CorrelationPosition): string =>
  `${recordedAt} ${streamId} ${String(version).padStart(4, '0')}`;

async function correlated(
  container: Container<StoredEvent>,
  runtime: Runtime,
  correlationId: string,
  limit: number,
): Promise<readonly string[]> {
  const store = createEventStore({ container: container as unknown as Container, runtime });
  const found: CorrelationPosition[] = [];
  for (;;) {
    const after = found.at(-1);
    const slice = await store.readCorrelation({ correlationId, limit, ...(after && { after }) });
    expect(slice.events.length).toBeLessThanOrEqual(limit);
    found.push(...slice.events);
    if (slice.complete) return found.map(place);
  }
}

/** As the SDK where it merges several partitions in order. */
const withoutContinuations = (container: Container<StoredEvent>): Container<StoredEvent> => ({
  ...container,
  async query(query) {
    const page = await container.query(query);
    if (query.orderBy === undefined || query.partitionKey !== undefined) return page;
    return { documents: page.documents, requestCharge: page.requestCharge };
  },
});

const writes = fc.array(
  fc.record({
    stream: fc.integer({ min: 0, max: 2 }),
    correlation: fc.integer({ min: 0, max: 2 }),
    events: fc.integer({ min: 1, max: 4 }),
    pauseMs: fc.constantFrom(0, 0, 1, 1_000),
  }),
  { minLength: 1, maxLength: 14 },
);

describe('Growth: events that were archived', () => {
  it('are found by correlation id over all streams as if nothing had been moved', async () => {
    await fc.assert(
      fc.asyncProperty(
        ...[writes, fc.tuple(fc.nat(12), fc.nat(12), fc.nat(12)), fc.integer({ min: 1, max: 4 })],
        ...[fc.integer({ min: 1, max: 20 }), fc.boolean()],
        async (written, upTo, segmentMax, limit, merging) => {
          const { runtime, container, blobs, whole, archive } = await world(written);
          for (const [index, streamId] of streamIds.entries()) await archive(streamId, upTo[index] ?? 0, segmentMax);
          const archived = archivedContainer(merging ? withoutContinuations(container) : container, blobs);
          for (const correlationId of ['r0', 'r1', 'r2', 'r3']) {
            const expected = whole.filter((event) => event.metadata.correlationId === correlationId).map(place);
            expect(await correlated(archived, runtime, correlationId, limit)).toEqual(expected.sort());
          }
        },
      ),
      { numRuns: 150, seed: 17 },
    );
  });

  it('are found by the subject that an erasure asks for', async () => {
    const one = { correlation: 1, events: 3, pauseMs: 0 };
    const { container, blobs, archive } = await world([
      { stream: 0, correlation: 0, events: 1, pauseMs: 0 },
      { stream: 0, ...one },
      { stream: 0, correlation: 0, events: 1, pauseMs: 0 },
      { stream: 1, ...one },
    ]);
    await archive('counter-1', 4);
    const personal = { Counted: [{ path: 'name', subject: 'who' }] };
    const find = (events: Container<StoredEvent>) =>
      subjectStreams(events, personal, 'person-1', async () => undefined);
    expect(await find(container)).toMatchObject({ streams: ['counter-2'] });
    expect(await find(archivedContainer(container, blobs))).toEqual({
      streams: ['counter-1', 'counter-2'],
      streamCount: 2,
    });
  });

  it('come once where they are still in the container, page by page', async () => {
    const { container, blobs, archive } = await world(
      Array.from({ length: 6 }, () => ({ stream: 0, correlation: 1, events: 2, pauseMs: 1 })),
    );
    await archive('counter-1', 9, 2);
    const archived = archivedContainer(container, blobs);
    const { document } = await archived.read('counter-1', '3');
    // As it is between copying and deleting.
    await container.batch('counter-1', [{ kind: 'create', document: document! }]);
    const documents: StoredEvent[] = [];
    for (let from: { readonly continuation?: string } | undefined = {}; from !== undefined;) {
      const where = [{ field: 'metadata.correlationId', op: '=', value: 'r1' }] as const;
      const page = await archived.query({ where, limit: 5, ...from });
      expect(page.documents.length).toBeLessThanOrEqual(5);
      documents.push(...page.documents);
      from = page.continuation === undefined ? undefined : { continuation: page.continuation };
    }
    const versions = documents.map(({ version }) => version).sort((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
  });

  const four = { stream: 0, correlation: 1, events: 4, pauseMs: 0 };

  it('are not missed where an archiver died between index and segment, and missed aloud where a segment is gone', async () => {
    const { runtime, container, blobs, archive, whole } = await world([four, four]);
    const dying: BlobStore = {
      ...blobs,
      putIfAbsent: async (name, content) => {
        if (name.endsWith('.gz') && !name.includes('/fields/'))
          throw new BlobStoreError('unavailable', 'archive', 'away');
        return blobs.putIfAbsent(name, content);
      },
    };
    const options = { olderThanDays: 0, dedupWindowDays: 0, coveredUpTo: async () => 7, guards: [] };
    await runtime.sleep(1);
    const dies = createArchiver({ ...options, container: container as unknown as Container, blobs: dying, runtime });
    expect(await errorOf(dies.archive('counter-1'))).toMatchObject({ code: 'unavailable' });
    const archived = archivedContainer(container, blobs);
    expect(await correlated(archived, runtime, 'r1', 100)).toEqual(whole.map(place));
    await archive('counter-1', 7, 3);
    expect(await correlated(archived, runtime, 'r1', 100)).toEqual(whole.map(place));

    const lost: BlobStore = {
      ...blobs,
      get: async (name) => (name.endsWith('.gz') && !name.includes('/fields/') ? undefined : blobs.get(name)),
    };
    const store = createEventStore({ container: archivedContainer(container, lost) as unknown as Container, runtime });
    expect(await errorOf(store.readCorrelation({ correlationId: 'r1' }))).toMatchObject({ code: 'stream-corrupt' });
  });

  it('are waited for where Blob storage is away for a moment', async () => {
    const { runtime, container, blobs, archive, whole } = await world([four, four]);
    await archive('counter-1', 7);
    let away = 3;
    const later = <R>(work: () => R): R => {
      if ((away -= 1) >= 0) throw new BlobStoreError('unavailable', 'archive', 'away');
      return work();
    };
    const flaky: BlobStore = {
      ...blobs,
      get: async (name) => later(() => blobs.get(name)),
      list: (prefix) => later(() => blobs.list(prefix)),
    };
    const archived = archivedContainer(container, flaky);
    const store = createEventStore({ container: archived as unknown as Container, runtime });
    expect((await store.read({ streamId: 'counter-1' })).events).toHaveLength(whole.length);
    away = 3;
    expect((await store.readCorrelation({ correlationId: 'r1' })).events).toHaveLength(whole.length);
    away = Infinity;
    expect(await errorOf(store.read({ streamId: 'counter-1' }))).toMatchObject({ code: 'unavailable' });
  });
});
