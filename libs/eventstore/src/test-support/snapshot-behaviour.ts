import type { Container, Decider, Json } from '@daybook/ports';
import { type SnapshotOptions, createAggregateStore } from '../aggregate-store.ts';
import { isStreamCorrupt } from '../errors.ts';
import { createEventStore } from '../event-store.ts';
import {
  type CountCommand,
  type Counted,
  counter,
  counterCodec,
  errorOf,
  faultyContainer,
  instantRuntime,
  metadata,
} from './fixtures.ts';
import { type RecordedMetrics, recordedMetrics } from './recorded-metrics.ts';

export function snapshotBehaviour(container: () => Container, snapshots: () => Container): void {
  describe('Load: snapshots', () => {
    const runtime = instantRuntime(31);
    const every = 10;
    const newStream = (): string => `counter-${runtime.newId()}`;
    const opened = (
      over: Partial<SnapshotOptions<number>> & { readonly decider?: Decider<CountCommand, Counted, number> } = {},
    ) => {
      const metrics = recordedMetrics();
      const { decider = counter, ...options } = over;
      const counters = createAggregateStore({
        store: createEventStore({ container: container(), runtime, metrics }),
        codec: counterCodec,
        decider,
        category: 'counter',
        snapshots: { container: snapshots(), every, stateVersion: 1, ...options },
      });
      return { metrics, counters };
    };
    /** So many commands of one event each; what they made is written as a snapshot before it returns. */
    const filled = async (count: number, { counters } = opened(), streamId = newStream()): Promise<string> => {
      for (let each = 0; each < count; each += 1) {
        await counters.execute({ streamId, command: { by: 1 }, metadata: metadata(`${runtime.newId()}`) });
      }
      await counters.settled();
      return streamId;
    };
    const stored = async (streamId: string) => (await snapshots().read(streamId, streamId)).document;
    const misses = (metrics: RecordedMetrics, reason: string): number =>
      metrics.sum('event_store.snapshot_misses', { aggregate: 'counter', reason });

    it('are written after every so many events, and a state that is not in memory is loaded from them in one round trip', async () => {
      const writer = opened();
      const streamId = await filled(27, writer);
      expect(writer.metrics.sum('event_store.snapshot_writes', { outcome: 'written' })).toBe(2);
      expect(await stored(streamId)).toMatchObject({ id: streamId, streamId, version: 20, state: 20 });
      const { counters, metrics } = opened();
      expect(await counters.load(streamId)).toMatchObject({ state: 27, version: 27, cost: { roundTrips: 1 } });
      expect(metrics.sum('event_store.snapshot_hits', { aggregate: 'counter' })).toBe(1);
      expect(metrics.sum('event_store.request_units', { operation: 'snapshot-read' })).toBeGreaterThan(0);
      const outcome = await counters.execute({ streamId, command: { by: 1 }, metadata: metadata('next') });
      expect(outcome).toMatchObject({ kind: 'appended', version: 28, cost: { roundTrips: 1 } });
    });

    it('are not missed by streams that are too short to have one', async () => {
      const streamId = await filled(3);
      const { counters, metrics } = opened();
      expect(await counters.load(streamId)).toMatchObject({ state: 3, cost: { roundTrips: 1 } });
      expect(await counters.load(newStream())).toMatchObject({ version: 0, cost: { roundTrips: 1 } });
      expect(metrics.values('event_store.snapshot_misses')).toEqual([]);
    });

    it('are passed over, and replaced, when the code that makes the state has changed', async () => {
      const streamId = await filled(25);
      const doubled = { ...counter, evolve: (total: number, { data }: Counted) => total + 2 * data.by };
      const changed = opened({ decider: doubled });
      expect(await changed.counters.load(streamId)).toMatchObject({ state: 50 });
      expect(misses(changed.metrics, 'outdated')).toBe(1);
      await changed.counters.settled();
      expect(await stored(streamId)).toMatchObject({ version: 25, state: 50 });
      const declared = opened({ stateVersion: 2 });
      expect(await declared.counters.load(streamId)).toMatchObject({ state: 25 });
      expect(misses(declared.metrics, 'outdated')).toBe(1);
    });

    it.each([
      ['within the events that are read at once', 25],
      ['before the events that are read at once', 75],
    ])('are dropped where their hash is not the stream’s: %s', async (_where, count) => {
      const streamId = await filled(count, opened({ every: 20 }));
      const forged = { ...(await stored(streamId)), version: 20, hash: 'f'.repeat(64), state: 999 };
      await snapshots().batch(streamId, [{ kind: 'upsert', document: { ...forged, id: streamId } }]);
      const { counters, metrics } = opened({ every: 20 });
      expect(await counters.load(streamId)).toMatchObject({ state: count, version: count });
      expect(misses(metrics, 'diverged')).toBe(1);
      await counters.settled();
      expect(await stored(streamId)).toMatchObject({ version: count, state: count });
    });

    it('are of use also where the newest events do not reach back to them', async () => {
      const streamId = await filled(20);
      await filled(60, opened({ container: unreachable(snapshots()) }), streamId);
      expect(await stored(streamId)).toMatchObject({ version: 20 });
      const { counters, metrics } = opened();
      expect(await counters.load(streamId)).toMatchObject({ state: 80, version: 80, cost: { roundTrips: 2 } });
      expect(metrics.sum('event_store.snapshot_hits')).toBe(1);
    });

    it('are not believed ahead of the stream', async () => {
      const streamId = await filled(25);
      const ahead = { ...(await stored(streamId)), id: streamId, version: 30, state: 30 };
      await snapshots().batch(streamId, [{ kind: 'upsert', document: ahead }]);
      expect(await opened().counters.load(streamId)).toMatchObject({ state: 25, version: 25 });
    });

    it('are never needed: without their container everything works, and it is counted', async () => {
      const broken = opened({ container: unreachable(snapshots()) });
      const streamId = await filled(25, broken);
      expect(broken.metrics.sum('event_store.snapshot_writes', { outcome: 'failed' })).toBe(2);
      const { counters, metrics } = opened({ container: unreachable(snapshots()) });
      expect(await counters.load(streamId)).toMatchObject({ state: 25 });
      expect(misses(metrics, 'unavailable')).toBe(1);
    });

    it('do not hide a hole in the events that are replayed', async () => {
      const streamId = await filled(60, opened({ container: unreachable(snapshots()) }));
      await container().batch(streamId, [{ kind: 'delete', id: '30' }]);
      const error = await errorOf(opened().counters.load(streamId));
      expect(isStreamCorrupt(error)).toBe(true);
      expect(error).toMatchObject({ version: 30 });
    });

    it('are never in the way of an append, and few of them wait', async () => {
      const never: Container = { ...snapshots(), batch: () => new Promise(() => undefined) };
      const { counters, metrics } = opened({ container: never, every: 1, waitingMax: 1 });
      for (const streamId of [newStream(), newStream(), newStream()]) {
        const request = { streamId, command: { by: 1 }, metadata: metadata('a') };
        expect(await counters.execute(request)).toMatchObject({ kind: 'appended' });
      }
      expect(metrics.sum('event_store.snapshot_writes', { outcome: 'failed' })).toBe(1);
    });

    it('of a state that is not plain JSON need a format, and are not written without', async () => {
      const seen: Decider<CountCommand, Counted, ReadonlyMap<number, number>> = {
        initial: new Map(),
        decide: ({ by }) => [{ type: 'Counted', data: { by } }],
        evolve: (before, { data }) => new Map([...before, [data.by, (before.get(data.by) ?? 0) + 1]]),
      };
      const format = {
        toJson: (state: ReadonlyMap<number, number>): Json => [...state],
        fromJson: (json: Json) => new Map(json as [number, number][]),
      };
      const open = (options: object) => {
        const metrics = recordedMetrics();
        const store = createEventStore({ container: container(), runtime, metrics });
        const snapshotsOf = { container: snapshots(), every: 2, stateVersion: 1, ...options };
        const sets = createAggregateStore({
          store,
          codec: counterCodec,
          decider: seen,
          category: 'counter',
          snapshots: snapshotsOf,
        });
        return { sets, metrics };
      };
      for (const [options, written] of [
        [{ format }, 1],
        [{}, 0],
      ] as const) {
        const streamId = newStream();
        const { sets, metrics } = open(options);
        for (const by of [4, 4]) await sets.execute({ streamId, command: { by }, metadata: metadata(runtime.newId()) });
        await sets.settled();
        expect(metrics.sum('event_store.snapshot_writes', { outcome: 'written' })).toBe(written);
        expect((await open(options).sets.load(streamId)).state).toEqual(new Map([[4, 2]]));
      }
    });
  });
}

const unreachable = (container: Container): Container => faultyContainer(container, () => 'before');
