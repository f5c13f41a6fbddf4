import type { Container } from '@daybook/ports';
import { createAggregateStore } from '../aggregate-store.ts';
import { createEventStore } from '../event-store.ts';
import { eventsAsOf } from '../time-travel/as-of.ts';
import type { CorrelationPosition } from '../time-travel/correlation.ts';
import { allOf, counted, counter, counterCodec, errorOf, instantRuntime, metadata } from './fixtures.ts';

export function timeTravelBehaviour(container: () => Container): void {
  describe('Time travel', () => {
    const runtime = instantRuntime(13);
    const open = () => createEventStore({ container: container(), runtime });
    const openCounters = () =>
      createAggregateStore({ store: open(), codec: counterCodec, decider: counter, category: 'counter' });

    /** Events with `by` 1, 2, 4 …, a minute between commands. */
    const filled = async (correlationId: string, ...commands: readonly (readonly number[])[]) => {
      const streamId = `counter-${runtime.newId()}`;
      for (const [index, steps] of commands.entries()) {
        await open().append({
          streamId,
          expectedVersion: 'any',
          events: counted(...steps),
          metadata: { ...metadata(`c${index}`), correlationId },
        });
        await runtime.sleep(60_000);
      }
      return streamId;
    };

    it('gives state and events as of a version', async () => {
      const streamId = await filled('any', [1, 2], [4]);
      const counters = openCounters();
      for (const [version, state] of [0, 1, 3, 7].entries()) {
        expect(await counters.asOf(streamId, { version })).toMatchObject({ state, version });
        const events = await allOf(eventsAsOf(open(), streamId, { version }));
        expect(events.map((event) => event.version)).toEqual([1, 2, 3].slice(0, version));
      }
      expect(await counters.asOf(streamId, { version: 9 })).toMatchObject({ state: 7, version: 3 });
      expect(await counters.asOf(`${streamId}-none`, { version: 1 })).toEqual({ state: 0, version: 0 });
    });

    it('gives them as of an instant, to the millisecond', async () => {
      const streamId = await filled('any', [1, 2], [4]);
      const counters = openCounters();
      const [first, , third] = await allOf(open().readAll(streamId));
      const before = (instant: string) => new Date(Date.parse(instant) - 1).toISOString();
      const at = async (instant: string) => (await counters.asOf(streamId, { instant })).version;
      expect(await at(before(first!.recordedAt))).toBe(0);
      expect(await at(first!.recordedAt)).toBe(2);
      expect(await at(before(third!.recordedAt))).toBe(2);
      expect(await at(third!.recordedAt)).toBe(3);
      expect(await counters.asOf(streamId, { instant: third!.recordedAt })).toEqual({
        state: 7,
        version: 3,
        recordedAt: third!.recordedAt,
      });
    });

    it('goes over pages', async () => {
      const ones = new Array<number>(99).fill(1);
      const streamId = await filled('any', ones, ones, ones);
      expect(await openCounters().asOf(streamId, { version: 250 })).toMatchObject({ state: 250, version: 250 });
    });

    it('leaves the state in memory as it is', async () => {
      const streamId = await filled('any', [1], [2], [4]);
      const counters = openCounters();
      await counters.load(streamId);
      await counters.asOf(streamId, { version: 1 });
      const outcome = await counters.execute({ streamId, command: { by: 8 }, metadata: metadata('next') });
      expect(outcome).toMatchObject({ kind: 'appended', state: 15, version: 4, receipt: { roundTrips: 1 } });
    });

    it('refuses what is no point in time, and a stream of another category', async () => {
      const counters = openCounters();
      for (const asOf of [
        { version: -1 },
        { version: 1.5 },
        { instant: 'yesterday' },
        { instant: '2010-12-01' },
        { instant: '2010-12-01T08:26:00Z' },
      ]) {
        expect(await errorOf(counters.asOf('counter-1', asOf))).toMatchObject({ code: 'invalid-append' });
      }
      expect(await errorOf(counters.asOf('order-1', { version: 1 }))).toMatchObject({ code: 'invalid-append' });
    });

    it('finds what a correlation id led to over all streams, in pages, as people read it', async () => {
      const correlationId = runtime.newId();
      const streams = [`counter-${runtime.newId()}`, `counter-${runtime.newId()}`];
      const write = (streamId: string, key: string, ...steps: readonly number[]) =>
        open().append({
          streamId,
          expectedVersion: 'any',
          events: counted(...steps),
          metadata: { ...metadata(key), correlationId },
        });
      // At the same moment in both, and later again.
      for (const streamId of [...streams].reverse()) await write(streamId, 'a', 1, 1, 1);
      await runtime.sleep(60_000);
      await write(streams[0]!, 'b', 1);
      await filled('another', [1]);
      const whole = await open().readCorrelation({ correlationId });
      const place = ({ recordedAt, streamId, version }: CorrelationPosition) =>
        `${recordedAt} ${streamId} ${String(version).padStart(3, '0')}`;
      const places = whole.events.map(place);
      expect(whole).toMatchObject({ complete: true });
      expect(places).toHaveLength(7);
      expect(places).toEqual([...places].sort());
      expect(new Set(whole.events.map(({ streamId }) => streamId))).toEqual(new Set(streams));

      for (const limit of [1, 2, 3, 6, 7, 8]) {
        const paged: string[] = [];
        for (let after: CorrelationPosition | undefined; ;) {
          const slice = await open().readCorrelation({
            correlationId,
            limit,
            ...(after === undefined ? {} : { after }),
          });
          expect(slice.events.length).toBeLessThanOrEqual(limit);
          paged.push(...slice.events.map(place));
          if (slice.complete) break;
          after = slice.events.at(-1);
        }
        expect(paged).toEqual(places);
      }
      expect(await open().readCorrelation({ correlationId: runtime.newId() })).toMatchObject({
        events: [],
        complete: true,
      });
      expect(await errorOf(open().readCorrelation({ correlationId, limit: 0 }))).toMatchObject({
        code: 'invalid-append',
      });
      expect(await errorOf(open().readCorrelation({ correlationId: '' }))).toMatchObject({ code: 'invalid-append' });
    });
  });
}
