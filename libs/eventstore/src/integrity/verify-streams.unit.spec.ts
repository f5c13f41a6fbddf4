import { type Document, memoryContainer } from '@daybook/ports';
import * as fc from 'fast-check';
import { createEventStore } from '../event-store.ts';
import { eventHash } from '../hash.ts';
import type { StoredEvent } from '../stored-event.ts';
import { counted, errorOf, faultyContainer, instantRuntime, metadata, seededFaults } from '../test-support/fixtures.ts';
import { type VerifyStreamsOptions, verifyStreams } from './verify-streams.ts';
import type { VerifyCheckpoint } from './walk.ts';

const runtime = instantRuntime(21);

/** Streams `counter-0`, `counter-1` … of so many events, written by turns. */
async function filled(...lengths: readonly number[]) {
  const container = memoryContainer<StoredEvent>({
    name: 'events',
    runtime,
    partitionKey: ({ streamId }) => streamId,
    uniqueKeys: ['/dedup'],
    feedRanges: 3,
  });
  const store = createEventStore({ container, runtime });
  for (let round = 0; round < Math.max(...lengths); round += 1) {
    for (const [index, length] of lengths.entries()) {
      if (round >= length) continue;
      const streamId = `counter-${index}`;
      const request = { streamId, expectedVersion: round, events: counted(1), metadata: metadata(`c${round}`) };
      await store.append(request);
    }
  }
  const change = async (streamId: string, version: number, changed: (event: StoredEvent) => Document) => {
    const { document } = await container.read(streamId, String(version));
    await container.batch(streamId, [{ kind: 'upsert', document: changed(document as StoredEvent) }]);
  };
  const remove = (streamId: string, version: number) =>
    container.batch(streamId, [{ kind: 'delete', id: String(version) }]);
  const verify = (options: Partial<VerifyStreamsOptions> = {}) => verifyStreams({ container, runtime, ...options });
  return { container, change, remove, verify };
}

const rehashed = (event: StoredEvent): StoredEvent => ({ ...event, hash: eventHash(event) });

describe('Tamper evidence: verifyStreams', () => {
  it('finds nothing wrong with what was appended', async () => {
    const { verify } = await filled(5, 1, 30, 12);
    expect(await verify({ pageSize: 4 })).toMatchObject({ complete: true, events: 48, streams: 4, bad: [] });
  });

  it('names the first bad event of each bad stream', async () => {
    const { change, remove, verify } = await filled(5, 5, 5, 5, 5, 5, 5);
    await remove('counter-0', 3);
    await remove('counter-1', 1);
    await change('counter-2', 4, (event) => ({ ...event, data: { by: 9 } }));
    // Altered with a hash of its own: it is the next one that no longer fits.
    await change('counter-3', 2, (event) => rehashed({ ...event, data: { by: 9 } }));
    // Swapped.
    await change('counter-4', 2, (event) => ({ ...event, version: 3 }));
    await change('counter-4', 3, (event) => ({ ...event, version: 2 }));
    await change('counter-5', 5, (event) => ({ ...event, ttl: 1 }));
    const { bad } = await verify({ pageSize: 3 });
    expect(bad.map(({ streamId, version, problem }) => `${streamId} ${version} ${problem}`).sort()).toEqual([
      'counter-0 3 version',
      'counter-1 1 version',
      'counter-2 4 hash',
      'counter-3 3 previous-hash',
      'counter-4 2 id',
      'counter-5 5 hash',
    ]);
  });

  it('finds every single deletion and alteration but that of an end, whatever the pages and the memory', async () => {
    const tampering = fc.record({
      lengths: fc.array(fc.integer({ min: 2, max: 12 }), { minLength: 1, maxLength: 6 }),
      stream: fc.nat(),
      event: fc.nat(),
      how: fc.constantFrom('deleted', 'altered', 'altered and hashed'),
      pageSize: fc.integer({ min: 1, max: 20 }),
      headsMax: fc.constantFrom(0, 1, 100),
    });
    await fc.assert(
      fc.asyncProperty(tampering, async ({ lengths, stream, event, how, pageSize, headsMax }) => {
        const { change, remove, verify } = await filled(...lengths);
        const index = stream % lengths.length;
        const version = 1 + (event % ((lengths[index] ?? 0) - 1));
        const streamId = `counter-${index}`;
        if (how === 'deleted') await remove(streamId, version);
        else {
          await change(streamId, version, (before) => {
            const after = { ...before, data: { by: 99 } };
            return how === 'altered' ? after : rehashed(after);
          });
        }
        const { bad } = await verify({ pageSize, headsMax });
        const first = how === 'altered and hashed' ? version + 1 : version;
        expect(bad).toMatchObject([{ streamId, version: first }]);
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it('goes on from where it was stopped, with nothing counted twice', async () => {
    const { change, verify } = await filled(20, 20, 20, 20);
    await change('counter-1', 3, (event) => ({ ...event, data: {} }));
    await change('counter-2', 20, (event) => ({ ...event, data: {} }));
    const whole = await verify();
    let kept: VerifyCheckpoint | undefined;
    let walks = 0;
    for (;;) {
      const stop = new AbortController();
      const from = kept === undefined ? {} : { from: kept };
      const result = await verify({
        ...from,
        pageSize: 7,
        parallel: 1,
        signal: stop.signal,
        onProgress(checkpoint) {
          kept = JSON.parse(JSON.stringify(checkpoint)) as VerifyCheckpoint;
          stop.abort();
        },
      });
      walks += 1;
      if (!result.complete) continue;
      expect({ events: result.events, streams: result.streams }).toEqual({ events: 80, streams: 4 });
      expect(new Set(result.bad)).toEqual(new Set(whole.bad));
      break;
    }
    expect(walks).toBeGreaterThan(5);
  });

  it('refuses a checkpoint of another container, and what is none', async () => {
    const { verify } = await filled(1);
    const checkpoint = await verify();
    const from = { ...checkpoint, container: 'others' };
    expect(await errorOf(verify({ from }))).toMatchObject({ message: expect.stringContaining('not of events') });
    const rubbish = { format: 'daybook-verify/1' } as unknown as VerifyCheckpoint;
    expect(await errorOf(verify({ from: rubbish }))).toBeInstanceOf(TypeError);
  });

  it('names so many and counts the others', async () => {
    const { change, verify } = await filled(2, 2, 2, 2);
    for (const index of [0, 1, 2, 3]) await change(`counter-${index}`, 2, (event) => ({ ...event, data: {} }));
    const { bad, unlisted } = await verify({ badMax: 3, parallel: 1 });
    expect([bad.length, unlisted]).toEqual([3, 1]);
  });

  it('goes through where every fifth request fails', async () => {
    const { container, verify } = await filled(15, 15);
    const faulty = faultyContainer(container, seededFaults(3, 0.2));
    expect(await verify({ container: faulty, pageSize: 3 })).toMatchObject({ complete: true, events: 30, bad: [] });
  });
});
