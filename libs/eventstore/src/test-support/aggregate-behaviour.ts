import type { Container } from '@daybook/ports';
import { createAggregateStore } from '../aggregate-store.ts';
import { isAppendOutcomeUnknown, isInvalidAppend } from '../errors.ts';
import { createEventStore } from '../event-store.ts';
import { recordedMetrics } from './recorded-metrics.ts';
import { verifyStream } from '../verify-stream.ts';
import {
  allOf,
  counter,
  counterCodec,
  counterMax,
  errorOf,
  faultyContainer,
  instantRuntime,
  metadata,
  seededFaults,
} from './fixtures.ts';

export function aggregateBehaviour(container: () => Container): void {
  describe('Append: commands of an aggregate', () => {
    const runtime = instantRuntime(23);
    const openStore = (over = container()) =>
      createEventStore({ container: over, runtime, retry: { attemptsMax: 30, budgetMs: 60_000 } });
    const open = (over = container()) =>
      createAggregateStore({
        store: openStore(over),
        codec: counterCodec,
        decider: counter,
        category: 'counter',
        maxAttempts: 100,
      });
    const newStream = (): string => `counter-${runtime.newId()}`;

    it('appends in one round trip once the state is in memory', async () => {
      const streamId = newStream();
      const counters = open();
      await counters.execute({ streamId, command: { by: 1 }, metadata: metadata('a') });
      const outcome = await counters.execute({ streamId, command: { by: 2, times: 2 }, metadata: metadata('b') });
      expect(outcome).toMatchObject({ kind: 'appended', state: 5, version: 3, receipt: { roundTrips: 1 } });
      expect(await open().load(streamId)).toMatchObject({ state: 5, version: 3 });
      expect(await open().load(newStream())).toMatchObject({ state: 0, version: 0, lastHash: '0'.repeat(64) });
    });

    it('takes one round trip for a stream that is said to be new, and decides again where it was not', async () => {
      const streamId = newStream();
      const first = { streamId, command: { by: counterMax }, metadata: metadata('a'), fresh: true };
      expect(await open().execute(first)).toMatchObject({ kind: 'appended', version: 1, cost: { roundTrips: 1 } });
      expect(await open().execute(first)).toMatchObject({ kind: 'duplicate', version: 1, state: counterMax });
      const second = { ...first, command: { by: 1 }, metadata: metadata('b') };
      expect(await open().execute(second)).toMatchObject({ kind: 'refused', version: 1 });
      expect(await open().execute({ ...second, command: { by: 0 } })).toMatchObject({ kind: 'unchanged', version: 1 });
      const there = open();
      const both = ['c', 'd'].map((key) =>
        there.execute({ streamId, command: { by: -1 }, metadata: metadata(key), fresh: true }),
      );
      expect((await Promise.all(both)).map(({ kind, version }) => [kind, version])).toEqual([
        ['appended', 2],
        ['appended', 3],
      ]);
    });

    it('checks a state in memory first where that is asked for: one point read, and no lost race', async () => {
      const streamId = newStream();
      const metrics = recordedMetrics();
      const careful = createAggregateStore({
        store: createEventStore({ container: container(), runtime, metrics }),
        codec: counterCodec,
        decider: counter,
        category: 'counter',
        cache: { mode: 'check' },
      });
      await careful.execute({ streamId, command: { by: 1 }, metadata: metadata('a') });
      const warm = await careful.execute({ streamId, command: { by: 1 }, metadata: metadata('b') });
      expect(warm).toMatchObject({ kind: 'appended', cost: { roundTrips: 2 }, receipt: { roundTrips: 1 } });
      await open().execute({ streamId, command: { by: 1 }, metadata: metadata('c') });
      const outcome = await careful.execute({ streamId, command: { by: 1 }, metadata: metadata('d') });
      expect(outcome).toMatchObject({ kind: 'appended', version: 4, cost: { roundTrips: 3 } });
      expect(metrics.sum('event_store.conflicts')).toBe(0);
    });

    it('stores nothing that evolve cannot take: it would be in the way of every later load', async () => {
      const streamId = newStream();
      const evolve = (): never => {
        throw new TypeError('not an event of mine');
      };
      const broken = createAggregateStore({
        ...{ store: openStore(), codec: counterCodec, decider: { ...counter, evolve }, category: 'counter' },
      });
      const both = ['a', 'b'].map((key) => broken.execute({ streamId, command: { by: 1 }, metadata: metadata(key) }));
      for (const each of both) expect(await errorOf(each)).toBeInstanceOf(TypeError);
      expect(await open().load(streamId)).toMatchObject({ version: 0 });
    });

    it('decides again on what another instance appended', async () => {
      const streamId = newStream();
      const [here, there] = [open(), open()];
      await here.execute({ streamId, command: { by: 1 }, metadata: metadata('a') });
      await there.execute({ streamId, command: { by: counterMax - 2 }, metadata: metadata('b') });
      const outcome = await here.execute({ streamId, command: { by: 5 }, metadata: metadata('c') });
      expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'too-many' }, version: 2 });
    });

    it('does not refuse, or do nothing, on a state that is no longer the head', async () => {
      const streamId = newStream();
      const [here, there] = [open(), open()];
      await here.execute({ streamId, command: { by: counterMax }, metadata: metadata('a') });
      await there.execute({ streamId, command: { by: -10 }, metadata: metadata('b') });
      const outcome = await here.execute({ streamId, command: { by: 5 }, metadata: metadata('c') });
      expect(outcome).toMatchObject({ kind: 'appended', state: counterMax - 5, version: 3 });
      await there.execute({ streamId, command: { by: 1 }, metadata: metadata('d') });
      const unchanged = await here.execute({ streamId, command: { by: 0 }, metadata: metadata('e') });
      expect(unchanged).toMatchObject({ kind: 'unchanged', state: counterMax - 4, version: 4 });
    });

    it('returns the first outcome to a repeated key, also where the decision would now be another', async () => {
      const streamId = newStream();
      const first = await open().execute({ streamId, command: { by: counterMax, times: 1 }, metadata: metadata('a') });
      if (first.kind !== 'appended') throw new Error(first.kind);
      const { eventIds } = first.receipt;
      const again = { kind: 'duplicate', receipt: { eventIds, duplicate: true }, events: first.events, version: 1 };
      for (const by of [counterMax, 0, -1]) {
        expect(await open().execute({ streamId, command: { by }, metadata: metadata('a') })).toMatchObject(again);
      }
      const stale = { streamId, command: { by: 1 }, metadata: metadata('a'), expectedVersion: 0 };
      expect(await open().execute(stale)).toMatchObject(again);
    });

    it('decides only where the stream is at the version the caller has seen', async () => {
      const streamId = newStream();
      const [here, there] = [open(), open()];
      await here.execute({ streamId, command: { by: 1 }, metadata: metadata('a'), expectedVersion: 0 });
      await there.execute({ streamId, command: { by: 1 }, metadata: metadata('b'), expectedVersion: 1 });
      const request = { streamId, command: { by: 1 }, metadata: metadata('c') };
      expect(await here.execute({ ...request, expectedVersion: 1 })).toMatchObject({
        kind: 'version-mismatch',
        version: 2,
      });
      expect(await here.execute({ ...request, expectedVersion: 2 })).toMatchObject({ kind: 'appended', version: 3 });
    });

    it('takes a decision as a function, and refuses a stream of another category', async () => {
      const streamId = newStream();
      const decide = (_state: number, version: number) => [{ type: 'Counted', data: { by: version + 7 } } as const];
      expect(await open().execute({ streamId, decide, metadata: metadata('a') })).toMatchObject({ state: 7 });
      expect(isInvalidAppend(await errorOf(open().load('stock-1')))).toBe(true);
    });

    it('counts every command exactly once, from several instances, with faults', async () => {
      const streamId = newStream();
      const faults = seededFaults(5, 0.15);
      const instances = Array.from({ length: 3 }, () => open(faultyContainer(container(), faults)));
      const send = async (key: string, instance: number): Promise<void> => {
        for (let tries = 0; tries < 20; tries += 1) {
          try {
            const request = { streamId, command: { by: 1, times: 2 }, metadata: metadata(key) };
            await instances[instance % instances.length]?.execute(request);
            return;
          } catch (error) {
            const passes = isAppendOutcomeUnknown(error) || (error as { code?: string }).code === 'unavailable';
            if (!passes) throw error;
          }
        }
        throw new Error(`${key} was never answered`);
      };
      // Every command is sent twice, to different instances.
      await Promise.all(Array.from({ length: 40 }, (_, index) => send(`k${index % 20}`, index % 3)));
      expect(await open().load(streamId)).toMatchObject({ state: 40, version: 40 });
      expect(verifyStream(await allOf(openStore().readAll(streamId)))).toMatchObject({ ok: true, version: 40 });
    });
  });
}
