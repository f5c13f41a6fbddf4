import type { Container, Fault } from '@daybook/ports';
import {
  isAppendOutcomeUnknown,
  isAppendTooLarge,
  isConcurrencyConflict,
  isExpectedVersionAhead,
  isInvalidAppend,
  isStreamDiverged,
} from '../errors.ts';
import { type EventStore, createEventStore } from '../event-store.ts';
import { verifyStream } from '../verify-stream.ts';
import { allOf, counted, errorOf, faultyContainer, instantRuntime, metadata } from './fixtures.ts';

export function appendBehaviour(container: () => Container): void {
  describe('Append', () => {
    const runtime = instantRuntime(11);
    const streamId = (): string => `counter-${runtime.newId()}`;
    const open = (over: Container = container()): EventStore =>
      createEventStore({ container: over, runtime, retry: { attemptsMax: 4 } });
    const faulty = (...faults: readonly (Fault | undefined)[]): EventStore => {
      const left = [...faults];
      return open(faultyContainer(container(), () => left.shift()));
    };

    it('writes the envelope, chained and hashed from the first event on, in one round trip', async () => {
      const stream = streamId();
      const receipt = await open().append({
        streamId: stream,
        expectedVersion: 'none',
        events: counted(1, 2),
        metadata: metadata('a'),
      });
      expect(receipt).toMatchObject({ fromVersion: 1, toVersion: 2, duplicate: false, roundTrips: 1 });
      expect(receipt.requestCharge).toBeGreaterThan(0);
      const next = await open().append({
        streamId: stream,
        expectedVersion: 2,
        head: { version: 2, hash: receipt.lastHash, recordedAt: '2999-01-01T00:00:00.000Z' },
        events: counted(3),
        metadata: metadata('b'),
      });
      expect(next.roundTrips).toBe(1);
      const events = await allOf(open().readAll(stream));
      expect(events.map(({ id, dedup }) => [id, dedup])).toEqual([
        ['1', 'a#0'],
        ['2', 'a#1'],
        ['3', 'b#0'],
      ]);
      expect(events[2]?.recordedAt).toBe('2999-01-01T00:00:00.000Z');
      expect(verifyStream(events)).toEqual({ ok: true, version: 3, lastHash: next.lastHash });
    });

    it('lets exactly one of many concurrent appends have each version', async () => {
      const stream = streamId();
      const stores = Array.from({ length: 8 }, () => open());
      for (let version = 0; version < 5; version += 1) {
        const results = await Promise.allSettled(
          stores.map((store, writer) =>
            store.append({
              streamId: stream,
              expectedVersion: version,
              events: counted(writer),
              metadata: metadata(`${version}-${writer}`),
            }),
          ),
        );
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
        expect(lost.every(isConcurrencyConflict)).toBe(true);
      }
      expect(verifyStream(await allOf(open().readAll(stream)))).toMatchObject({ ok: true, version: 5 });
    });

    it('appends after whatever is there when any version will do, also concurrently', async () => {
      const stream = streamId();
      const store = createEventStore({ container: container(), runtime, retry: { attemptsMax: 50, budgetMs: 60_000 } });
      await Promise.all(
        Array.from({ length: 5 }, (_, writer) =>
          store.append({
            streamId: stream,
            expectedVersion: 'any',
            events: counted(1, 1),
            metadata: metadata(`${writer}`),
          }),
        ),
      );
      expect(verifyStream(await allOf(store.readAll(stream)))).toMatchObject({ ok: true, version: 10 });
    });

    it('leaves no gap where the expected version is ahead, and names a conflict where it is behind', async () => {
      const stream = streamId();
      const append = (expectedVersion: number, key: string) =>
        open().append({ streamId: stream, expectedVersion, events: counted(1), metadata: metadata(key) });
      expect(await errorOf(append(1, 'a'))).toMatchObject({ code: 'expected-version-ahead', actualVersion: 0 });
      await append(0, 'b');
      const ahead = await errorOf(append(3, 'c'));
      expect(isExpectedVersionAhead(ahead)).toBe(true);
      expect(ahead).toMatchObject({ expectedVersion: 3, actualVersion: 1 });
      expect(await errorOf(append(0, 'd'))).toMatchObject({ code: 'concurrency-conflict', actualVersion: 1 });
      expect(await allOf(open().readAll(stream))).toHaveLength(1);
    });

    it('returns the first receipt to a repeated command of several events, also after the stream moved on', async () => {
      const stream = streamId();
      const request = { streamId: stream, expectedVersion: 0, events: counted(1, 2, 3), metadata: metadata('a') };
      const first = await open().append(request);
      await open().append({ ...request, expectedVersion: 3, metadata: metadata('a#1') });
      const { fromVersion, toVersion, eventIds, lastHash } = first;
      const same = { fromVersion, toVersion, eventIds, lastHash, duplicate: true };
      for (const expectedVersion of [0, 3, 6, 9, 'any'] as const) {
        expect(await open().append({ ...request, expectedVersion })).toMatchObject(same);
      }
      expect(await open().append({ ...request, expectedVersion: 6, events: counted(9) })).toMatchObject(same);
      expect(await allOf(open().readAll(stream))).toHaveLength(6);
    });

    it('finds out by itself that it was executed although the answer was lost', async () => {
      const stream = streamId();
      const receipt = await faulty('executed-but-lost').append({
        streamId: stream,
        expectedVersion: 0,
        events: counted(1, 2),
        metadata: metadata('a'),
      });
      expect(receipt).toMatchObject({ fromVersion: 1, toVersion: 2, duplicate: false });
      expect(await allOf(open().readAll(stream))).toHaveLength(2);
    });

    it('never says failed when the budget is spent; the same key then returns the first outcome', async () => {
      const stream = streamId();
      const request = { streamId: stream, expectedVersion: 0, events: counted(1), metadata: metadata('a') };
      const lost = faulty('executed-but-lost', 'before', 'before', 'throttled');
      expect(isAppendOutcomeUnknown(await errorOf(lost.append(request)))).toBe(true);
      await open().append({ ...request, expectedVersion: 1, metadata: metadata('b') });
      expect(await open().append(request)).toMatchObject({ fromVersion: 1, toVersion: 1, duplicate: true });
    });

    it('says that the stream diverged where the predecessor is not the one decided on', async () => {
      const stream = streamId();
      const request = { streamId: stream, expectedVersion: 0, events: counted(1), metadata: metadata('a') };
      await open().append(request);
      const head = { version: 1, hash: 'f'.repeat(64), recordedAt: '' };
      const error = await errorOf(open().append({ ...request, expectedVersion: 1, head, metadata: metadata('b') }));
      expect(isStreamDiverged(error)).toBe(true);
      expect(verifyStream(await allOf(open().readAll(stream)))).toMatchObject({ ok: false, version: 2 });
    });

    it('takes 99 events and refuses what is more, or too large, before anything is written', async () => {
      const stream = streamId();
      const append = (...events: ReturnType<typeof counted>) =>
        open().append({ streamId: stream, expectedVersion: 0, events, metadata: metadata('a') });
      const large = { type: 'Counted', schemaVersion: 1, data: { text: 'x'.repeat(900_000) } };
      const half = { type: 'Counted', schemaVersion: 1, data: { text: 'x'.repeat(700_000) } };
      expect(isInvalidAppend(await errorOf(append()))).toBe(true);
      expect(isInvalidAppend(await errorOf(append(...counted(...new Array<number>(100).fill(1)))))).toBe(true);
      expect(isAppendTooLarge(await errorOf(append(large)))).toBe(true);
      expect(isAppendTooLarge(await errorOf(append(half, half, half)))).toBe(true);
      expect(await append(...counted(...new Array<number>(99).fill(1)))).toMatchObject({ toVersion: 99 });
    });
  });
}
