import type { Container, Fault } from '@daybook/ports';
import { createAggregateStore } from '../aggregate-store.ts';
import { isAppendOutcomeUnknown, isStreamDiverged } from '../errors.ts';
import { type AppendReceipt, createEventStore } from '../event-store.ts';
import { verifyStream } from '../verify-stream.ts';
import {
  allOf,
  type CountCommand,
  type Counted,
  counter,
  counterCodec,
  counterMax,
  errorOf,
  faultyContainer,
  instantRuntime,
  metadata,
} from './fixtures.ts';
import { recordedMetrics } from './recorded-metrics.ts';

export function hotStreamBehaviour(container: () => Container): void {
  describe('Hot streams', () => {
    const runtime = instantRuntime(32);
    const newStream = (): string => `counter-${runtime.newId()}`;
    const opened = (over: Container = container(), attemptsMax = 10) => {
      const metrics = recordedMetrics();
      const store = createEventStore({ container: over, runtime, metrics, retry: { attemptsMax } });
      const counters = createAggregateStore<CountCommand, Counted, number>({
        store,
        codec: counterCodec,
        decider: counter,
        category: 'counter',
      });
      const send = (streamId: string, key: string, command: CountCommand, expectedVersion?: number) =>
        counters.execute({ streamId, command, metadata: metadata(key), expectedVersion });
      return { counters, send, metrics, store };
    };
    const faulty = (...faults: readonly (Fault | undefined)[]): Container => {
      const left = [...faults];
      return faultyContainer(container(), () => left.shift());
    };
    const stored = async (streamId: string) => {
      const events = await allOf(opened().store.readAll(streamId));
      expect(verifyStream(events)).toMatchObject({ ok: true, version: events.length });
      return events.map(({ dedup }) => dedup);
    };

    it('commands that arrive together are decided one after another and appended as one batch', async () => {
      const streamId = newStream();
      const { send, metrics } = opened();
      await send(streamId, 'first', { by: 1 });
      const outcomes = await Promise.all(
        Array.from({ length: 16 }, (_, index) => send(streamId, `k${index}`, { by: index + 1, times: 2 })),
      );
      for (const [index, outcome] of outcomes.entries()) {
        const fromVersion = 2 + 2 * index;
        expect(outcome).toMatchObject({
          kind: 'appended',
          version: fromVersion + 1,
          state: 1 + (index + 1) * (index + 2),
          receipt: { fromVersion, toVersion: fromVersion + 1, duplicate: false, roundTrips: 1 },
          cost: { roundTrips: 1 },
        });
      }
      expect(metrics.values('event_store.request_units', { operation: 'append-group' })).toHaveLength(1);
      expect(metrics.sum('event_store.writes', { aggregate: 'counter', outcome: 'appended' })).toBe(17);
      expect(await stored(streamId)).toHaveLength(33);
    });

    it('every receipt is its command’s own, and is given again to its key', async () => {
      const streamId = newStream();
      const { send } = opened();
      const first = await Promise.all(['a', 'b', 'c'].map((key) => send(streamId, key, { by: 1, times: 2 })));
      for (const [index, key] of ['a', 'b', 'c'].entries()) {
        const before = first[index];
        if (before?.kind !== 'appended') throw new Error(String(before?.kind));
        const { fromVersion, toVersion, eventIds, lastHash } = before.receipt;
        const again = await opened().send(streamId, key, { by: 9 });
        const receipt = { fromVersion, toVersion, eventIds, lastHash, duplicate: true };
        expect(again).toMatchObject({ kind: 'duplicate', receipt });
      }
    });

    it('a key that was used before, or twice together, is a duplicate and holds up nobody', async () => {
      const streamId = newStream();
      const { send } = opened();
      await send(streamId, 'old', { by: 1 });
      const keys = ['a', 'b', 'old', 'c', 'a', 'd', 'old', 'e'];
      const kinds = (await Promise.all(keys.map((key) => send(streamId, key, { by: 1 })))).map(({ kind }) => kind);
      const again = 'duplicate';
      expect(kinds).toEqual(['appended', 'appended', again, 'appended', again, 'appended', again, 'appended']);
      expect(await stored(streamId)).toEqual(['old', 'a', 'b', 'c', 'd', 'e'].map((key) => `${key}#0`));
      const [duplicate, fresh] = await Promise.all([send(streamId, 'old', { by: 1 }), send(streamId, 'f', { by: 1 })]);
      expect([duplicate.kind, fresh.kind]).toEqual([again, 'appended']);
    });

    it('what appends nothing is settled at its place, on what was appended before it', async () => {
      const streamId = newStream();
      const { send } = opened();
      await send(streamId, 'first', { by: counterMax - 3 });
      const outcomes = await Promise.all([
        send(streamId, 'a', { by: 1 }),
        send(streamId, 'b', { by: 1 }),
        send(streamId, 'c', { by: 5 }),
        send(streamId, 'd', { by: 0 }),
        send(streamId, 'e', { by: -4 }, 3),
        send(streamId, 'f', { by: 5 }, 3),
        send(streamId, 'g', { by: 5 }),
      ]);
      expect(outcomes.map(({ kind, version }) => [kind, version])).toEqual([
        ['appended', 2],
        ['appended', 3],
        ['refused', 3],
        ['unchanged', 3],
        ['appended', 4],
        ['version-mismatch', 4],
        ['appended', 5],
      ]);
      expect(await stored(streamId)).toHaveLength(5);
    });

    it('a group that comes again is settled in a few round trips, each command with the receipt of its first time', async () => {
      const streamId = newStream();
      const { send } = opened();
      const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
      const first = await Promise.all(keys.map((key) => send(streamId, key, { by: 1, times: key === 'k7' ? 2 : 1 })));
      let trips = 0;
      const counting = faultyContainer(container(), () => {
        trips += 1;
        return undefined;
      });
      const again = opened(counting);
      const outcomes = await Promise.all(
        [...keys, 'new', 'k3'].map((key) => again.send(streamId, key, { by: 1, times: key === 'k7' ? 2 : 1 })),
      );
      expect(outcomes.map(({ kind }) => kind)).toEqual([...keys.map(() => 'duplicate'), 'appended', 'duplicate']);
      for (const [index, outcome] of outcomes.slice(0, 40).entries()) {
        const { fromVersion, toVersion, eventIds } = (first[index] as { receipt: AppendReceipt }).receipt;
        expect(outcome).toMatchObject({ receipt: { fromVersion, toVersion, eventIds, duplicate: true } });
      }
      // One by one it was five for each of them.
      expect(trips).toBeLessThan(40);
      expect(await stored(streamId)).toHaveLength(42);
    });

    it('a decision that throws fails its own command only', async () => {
      const streamId = newStream();
      const { counters, send } = opened();
      const broken = counters.execute({
        streamId,
        metadata: metadata('broken'),
        decide: () => {
          throw new Error('a bug');
        },
      });
      const results = await Promise.allSettled([
        send(streamId, 'a', { by: 1 }),
        broken,
        send(streamId, 'b', { by: 1 }),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await stored(streamId)).toEqual(['a#0', 'b#0']);
    });

    it('a lost race is decided again for all, and counted once', async () => {
      const streamId = newStream();
      const [here, there] = [opened(), opened()];
      await here.send(streamId, 'first', { by: 1 });
      await there.send(streamId, 'theirs', { by: counterMax - 6 });
      const sent = ['a', 'b', 'c'].map((key) => here.send(streamId, key, { by: 2 }));
      expect((await Promise.all(sent)).map(({ kind }) => kind)).toEqual(['appended', 'appended', 'refused']);
      expect(here.metrics.sum('event_store.conflicts', { aggregate: 'counter' })).toBe(1);
      expect(await stored(streamId)).toEqual(['first#0', 'theirs#0', 'a#0', 'b#0']);
    });

    it('an answer that was lost is found out: nothing is appended twice, nobody is told it was a duplicate', async () => {
      const streamId = newStream();
      const { send } = opened(faulty(undefined, 'executed-but-lost', 'throttled'));
      const sent = ['a', 'b', 'c'].map((key) => send(streamId, key, { by: 1 }));
      const outcomes = await Promise.all(sent);
      expect(outcomes.map(({ kind, version }) => [kind, version])).toEqual([
        ['appended', 1],
        ['appended', 2],
        ['appended', 3],
      ]);
      expect(await stored(streamId)).toEqual(['a#0', 'b#0', 'c#0']);
    });

    it('an unknown outcome is each command’s own, and each key is safe to send again', async () => {
      const streamId = newStream();
      const { send } = opened(faulty(undefined, 'executed-but-lost', 'before'), 2);
      const sent = ['a', 'b'].map((key) => errorOf(send(streamId, key, { by: 1 })));
      const errors = await Promise.all(sent);
      expect(errors.every(isAppendOutcomeUnknown)).toBe(true);
      expect(errors).toMatchObject([{ commandKey: 'a' }, { commandKey: 'b' }]);
      const again = await Promise.all(['a', 'c', 'b'].map((key) => opened().send(streamId, key, { by: 1 })));
      expect(again.map(({ kind }) => kind)).toEqual(['duplicate', 'appended', 'duplicate']);
    });

    it('more than fits into one batch makes several, and what is large goes alone', async () => {
      const streamId = newStream();
      const { send, counters } = opened();
      const text = 'x'.repeat(600_000);
      const large = (key: string) =>
        counters.execute({
          streamId,
          metadata: metadata(key),
          decide: () => [{ type: 'Counted', data: { by: 1, text } }],
        });
      const outcomes = await Promise.all([
        ...Array.from({ length: 9 }, (_, index) => send(streamId, `k${index}`, { by: 1, times: 30 })),
        ...['l0', 'l1', 'l2'].map(large),
      ]);
      expect(outcomes.every(({ kind }) => kind === 'appended')).toBe(true);
      expect(await stored(streamId)).toHaveLength(273);
    });

    it('a stream that is not the one decided on is told to all', async () => {
      const streamId = newStream();
      const { send } = opened();
      await send(streamId, 'first', { by: 1 });
      const found = (await container().read(streamId, '1')).document;
      await container().batch(streamId, [
        { kind: 'replace', document: { ...found, id: '1', hash: 'f'.repeat(64), streamId } },
      ]);
      const errors = await Promise.all(['a', 'b'].map((key) => errorOf(send(streamId, key, { by: 1 }))));
      expect(errors.every(isStreamDiverged)).toBe(true);
      expect(await send(streamId, 'c', { by: 1 })).toMatchObject({ kind: 'appended', version: 4 });
    });
  });
}
