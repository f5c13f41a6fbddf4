import type { Container, Document } from '@daybook/ports';
import { createAggregateStore } from '../aggregate-store.ts';
import { createEventStore } from '../event-store.ts';
import { eventHash } from '../hash.ts';
import { verifyStream } from '../verify-stream.ts';
import type { StoredEvent } from '../stored-event.ts';
import { allOf, counter, counterCodec, errorOf, instantRuntime, metadata } from './fixtures.ts';

/** What is in memory, or in a snapshot, and is not what the stream is: after a restore, a failover, or a forgery. */
export function divergedBehaviour(container: () => Container, snapshots: () => Container): void {
  describe('Append: what is in memory is not the stream', () => {
    const runtime = instantRuntime(37);
    const store = () => createEventStore({ container: container(), runtime });
    const open = () =>
      createAggregateStore({
        ...{ store: store(), codec: counterCodec, decider: counter, category: 'counter' },
        snapshots: { container: snapshots(), every: 2, stateVersion: 1 },
      });
    type Counters = ReturnType<typeof open>;
    const count = (counters: Counters, streamId: string, by: number, key: string) =>
      counters.execute({ streamId, command: { by }, metadata: metadata(key) });

    /** An instance that has a stream of these steps in memory, and a snapshot of it. */
    const inMemory = async (...steps: readonly number[]) => {
      const streamId = `counter-${runtime.newId()}`;
      const counters = open();
      for (const [index, by] of steps.entries()) await count(counters, streamId, by, `c${index}`);
      await counters.settled();
      return { streamId, counters };
    };
    const stored = (streamId: string) => allOf(store().readAll(streamId));
    /** As if all had been otherwise from a version on: every event fits the one before it. */
    const rewrite = async (streamId: string, from: number, by: number): Promise<void> => {
      let previousHash = '';
      for (const { _etag, _ts, ...event } of (await stored(streamId)) as unknown as (StoredEvent & Document)[]) {
        let document: Document = event;
        if (event.version >= from) {
          const content = { ...event, data: { by }, previousHash: previousHash || event.previousHash };
          document = { ...content, hash: eventHash(content) };
          await container().batch(streamId, [{ kind: 'replace', document }]);
        }
        previousHash = String(document['hash']);
      }
    };
    const snapshotOf = async (streamId: string) => (await snapshots().read(streamId, streamId)).document;

    it('nobody notices where the stream has gone on from another history', async () => {
      const { streamId, counters } = await inMemory(1, 1, 1, 1);
      await rewrite(streamId, 3, 10);
      await count(open(), streamId, 5, 'elsewhere');
      expect(await count(counters, streamId, 2, 'here')).toMatchObject({ kind: 'appended', version: 6, state: 29 });
      expect(verifyStream(await stored(streamId))).toMatchObject({ ok: true, version: 6 });
      await counters.settled();
      expect(await snapshotOf(streamId)).toMatchObject({ version: 5, state: 27 });
    });

    it('nobody notices where the stream has lost its end', async () => {
      const { streamId, counters } = await inMemory(1, 1, 1, 1);
      await container().batch(streamId, [{ kind: 'delete', id: '4' }]);
      expect(await count(counters, streamId, 2, 'here')).toMatchObject({ kind: 'appended', version: 4, state: 5 });
      expect(verifyStream(await stored(streamId))).toMatchObject({ ok: true, version: 4 });
      expect(await open().load(streamId)).toMatchObject({ version: 4, state: 5 });
    });

    it('nobody notices a snapshot of another history', async () => {
      const { streamId } = await inMemory(1, 1, 1, 1);
      await rewrite(streamId, 3, 10);
      const fresh = open();
      expect(await count(fresh, streamId, 2, 'here')).toMatchObject({ kind: 'appended', version: 5, state: 24 });
      expect(verifyStream(await stored(streamId))).toMatchObject({ ok: true, version: 5 });
      await fresh.settled();
      expect(await snapshotOf(streamId)).toMatchObject({ version: 4, state: 22 });
    });

    it.each([
      ['alone', 1],
      ['together with others', 3],
    ])(
      'a rewritten last event is told, once, by a command that came %s; memory and snapshot are dropped',
      async (_, n) => {
        const { streamId, counters } = await inMemory(1, 1, 1, 1);
        await rewrite(streamId, 4, 10);
        const keys = Array.from({ length: n }, (_none, index) => `here-${index}`);
        const errors = await Promise.all(keys.map((key) => errorOf(count(counters, streamId, 2, key))));
        for (const error of errors) expect(error).toMatchObject({ code: 'stream-diverged', streamId, version: 4 });

        // The events are stored after it, with the hash that was expected: the place stays visible.
        expect(verifyStream(await stored(streamId))).toMatchObject({ ok: false, version: 5, problem: 'previous-hash' });
        const again = await count(counters, streamId, 2, 'here-0');
        expect(again).toMatchObject({ kind: 'duplicate', receipt: { fromVersion: 5 }, state: 13 + 2 * n });
        const next = await count(counters, streamId, 1, 'next');
        expect(next).toMatchObject({ kind: 'appended', version: 5 + n, state: 14 + 2 * n });
        await counters.settled();
        expect(await open().load(streamId)).toMatchObject({ state: 14 + 2 * n });
      },
    );
  });
}
