import { type BlobStore, BlobStoreError, type Container, memoryBlobStore, memoryContainer } from '@daybook/ports';
import * as fc from 'fast-check';
import { createAggregateStore } from '../aggregate-store.ts';
import { createEventStore } from '../event-store.ts';
import { isAppendOutcomeUnknown, isConcurrencyConflict } from '../errors.ts';
import { verifyStreams } from '../integrity/verify-streams.ts';
import type { StoredEvent } from '../stored-event.ts';
import {
  allOf,
  counter,
  counterCodec,
  faultyContainer,
  instantRuntime,
  metadata,
  seededFaults,
} from '../test-support/fixtures.ts';
import { verifyStream } from '../verify-stream.ts';
import { archivedContainer } from './archived-container.ts';
import { createArchiver } from './archiver.ts';

const dayMs = 86_400_000;
const streamIds = ['counter-1', 'counter-2'];

type Step =
  | { readonly kind: 'count'; readonly by: number; readonly stream: number; readonly times: number }
  | { readonly kind: 'archive'; readonly stream: number; readonly segmentMax: number }
  | { readonly kind: 'read'; readonly stream: number; readonly version: number };

const stream = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('count' as const), by: fc.nat(1), stream, times: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('archive' as const), stream, segmentMax: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('read' as const), stream, version: fc.integer({ min: 0, max: 30 }) }),
);
/** What is in one wave happens at once; days lie between waves. */
const waves = fc.array(fc.tuple(fc.array(step, { minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 12 })), {
  minLength: 3,
  maxLength: 9,
});

/** Blob storage with the faults of the container's: before and after. */
function faultyBlobs(blobs: BlobStore, next: () => string | undefined): BlobStore {
  const run = async <R>(request: () => Promise<R>): Promise<R> => {
    const fault = next();
    const away = new BlobStoreError('unavailable', blobs.name, 'away');
    if (fault !== undefined && fault !== 'executed-but-lost') throw away;
    const answer = await request();
    if (fault === undefined) return answer;
    throw away;
  };
  return {
    name: blobs.name,
    putIfAbsent: (name, content) => run(() => blobs.putIfAbsent(name, content)),
    get: (name) => run(() => blobs.get(name)),
    async *list(prefix) {
      await run(async () => undefined);
      yield* blobs.list(prefix);
    },
  };
}

describe('Growth: whatever is appended, read and archived at once, with faults', () => {
  it('nothing is lost, done twice or told wrongly, and a restore puts everything back', async () => {
    let moved = 0;
    await fc.assert(
      fc.asyncProperty(waves, fc.nat(), async (history, seed) => {
        const runtime = instantRuntime(seed);
        const faults = seededFaults(seed, 0.12);
        const container = memoryContainer<StoredEvent>({
          ...{ name: 'events', runtime, uniqueKeys: ['/dedup'] },
          partitionKey: (event) => event.streamId,
        });
        const blobs = memoryBlobStore('archive');
        const open = (over: Container, archive: BlobStore) => {
          const events = archivedContainer(over as unknown as Container<StoredEvent>, archive, runtime);
          const store = createEventStore({ container: events as unknown as Container, runtime });
          const counters = createAggregateStore({
            ...{ store, codec: counterCodec, decider: counter, category: 'counter', maxAttempts: 50 },
            cache: { max: 1 },
          });
          return { events, store, counters };
        };
        const hot = container as unknown as Container;
        const instances = [1, 2].map(() => open(faultyContainer(hot, faults), faultyBlobs(blobs, faults)));
        const passes = (error: unknown): boolean =>
          isAppendOutcomeUnknown(error) ||
          isConcurrencyConflict(error) ||
          ['unavailable', 'throttled', 'outcome-unknown'].includes(String((error as { code?: unknown }).code));

        let keys = 0;
        const told: { readonly key: string; readonly version: number; readonly state: number }[] = [];
        const act = async (each: Step): Promise<void> => {
          const streamId = streamIds[each.stream] as string;
          if (each.kind === 'archive') {
            const archiver = createArchiver({
              ...{ container: faultyContainer(hot, faults), blobs: faultyBlobs(blobs, faults), runtime },
              ...{ olderThanDays: 1, dedupWindowDays: 7, segmentMax: each.segmentMax },
              ...{ coveredUpTo: async () => Infinity, guards: [] },
            });
            moved += (await archiver.archive(streamId)).deleted;
          } else if (each.kind === 'count') {
            const key = `k${(keys += 1)}`;
            const { counters } = instances[each.by] as (typeof instances)[0];
            const command = { by: 1, times: each.times };
            const outcome = await counters.execute({ streamId, command, metadata: metadata(key) });
            if (outcome.kind === 'appended') told.push({ key, version: outcome.version, state: outcome.state });
          } else {
            const past = await instances[0]!.counters.asOf(streamId, { version: each.version });
            expect(past.state).toBe(past.version);
          }
        };
        for (const [wave, days] of history) {
          const done = await Promise.allSettled(wave.map(act));
          for (const each of done) if (each.status === 'rejected' && !passes(each.reason)) throw each.reason;
          await runtime.sleep(days * dayMs);
        }

        const { store, counters, events } = open(hot, blobs);
        for (const streamId of streamIds) {
          const stored = await allOf(store.readAll(streamId));
          expect(verifyStream(stored)).toMatchObject({ ok: true, version: stored.length });
          expect(await counters.load(streamId)).toMatchObject({ state: stored.length, version: stored.length });
        }
        const all = (await Promise.all(streamIds.map((id) => allOf(store.readAll(id))))).flat();
        for (const { key, version, state } of told) {
          const own = all.filter((event) => event.metadata.commandKey === key);
          expect(own.at(-1)?.version).toBe(version);
          expect(state).toBe(version);
        }
        expect(new Set(all.map(({ streamId, dedup }) => `${dedup} ${streamId}`)).size).toBe(all.length);
        const checked = await verifyStreams({ container: events as unknown as Container, runtime });
        expect(checked).toMatchObject({ complete: true, bad: [] });
        const correlated = await store.readCorrelation({ correlationId: 'correlation', limit: 1_000 });
        expect(correlated.events).toHaveLength(all.length);

        const restorer = createArchiver({
          ...{ container: hot, blobs, runtime, olderThanDays: 1, dedupWindowDays: 7, guards: [] },
          coveredUpTo: async () => 0,
        });
        for (const id of streamIds) if ((await store.readHead(id)) !== undefined) await restorer.restore(id);
        const restored = createEventStore({ container: hot, runtime });
        for (const id of streamIds) {
          const bare = await allOf(restored.readAll(id));
          expect(bare.map(({ hash }) => hash)).toEqual(all.filter((e) => e.streamId === id).map(({ hash }) => hash));
        }
      }),
      { numRuns: 200, seed: 20110101 },
    );
    expect(moved).toBeGreaterThan(200);
  }, 120_000);
});
