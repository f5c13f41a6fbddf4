import { archivedContainer, createArchiver, createEventStore, eventCodec, type StoredEvent } from '@daybook/eventstore';
import { type Container, type Document, memoryBlobStore, memoryContainer, virtualRuntime } from '@daybook/ports';
import { type ArchiveOptions, archiveService } from './archive-service.ts';

const dayMs = 86_400_000;
const streamId = 'stock-85123A';
const codec = eventCodec<{ type: 'Counted'; data: Record<string, never> }>({
  Counted: { version: 1, schema: { parse: () => ({}) } },
});

/** A stream of 40 events, one a day, with a snapshot at version 30 and one feed that is past everything. */
async function world() {
  const runtime = virtualRuntime({ seed: 5 });
  const events = memoryContainer<StoredEvent>({
    ...{ name: 'stock', runtime, uniqueKeys: ['/dedup'] },
    partitionKey: (event) => event.streamId,
  });
  const byId = (name: string): Container => memoryContainer<Document>({ name, runtime, partitionKey: ({ id }) => id });
  const [snapshots, leases] = [byId('snapshots'), byId('leases')];
  const archive = memoryBlobStore('archive');
  const store = createEventStore({ container: archivedContainer(events, archive) as unknown as Container, runtime });
  const append = (commandKey: string, expectedVersion: number | 'any' = 'any') =>
    store.append({
      ...{ streamId, expectedVersion, events: [codec.encode({ type: 'Counted', data: {} })] },
      metadata: {
        ...{ commandKey, correlationId: 'r', causationId: 'r', actor: 'service:test' },
        traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
      },
    });
  for (let day = 0; day < 40; day += 1) {
    await append(`c${day}`);
    await runtime.advance(dayMs);
  }
  const covered = await store.readEvent(streamId, 30);
  const snapshot = { id: streamId, streamId, version: 30, hash: covered?.hash };
  await snapshots.batch(streamId, [{ kind: 'upsert', document: snapshot }]);

  const pass = async (feed: string): Promise<void> => {
    for (const range of await events.feedRanges()) {
      const { continuation } = await events.feedPage({ range, limit: 1_000 });
      const document = { id: `${feed}.${range.id}`, feed, range, continuation };
      await leases.batch(document.id, [{ kind: 'upsert', document }]);
    }
  };
  await pass('relay');
  const stores = { events, snapshots, leases, archive };
  const run = (more: Partial<ArchiveOptions> = {}) =>
    archiveService({ stores, runtime, feeds: ['relay'], olderThanDays: 5, dedupWindowDays: 20, ...more });
  const left = async (): Promise<number> => {
    return (await events.query({ partitionKey: streamId, limit: 1_000 })).documents.length;
  };
  return { runtime, store, stores, append, pass, run, left, snapshots, snapshot };
}

describe('Growth: archiving a service', () => {
  it('moves what is covered, old and passed by every feed; reads and appends go on; a restore puts it back', async () => {
    const { run, left, store, append, stores, runtime } = await world();
    expect(await run({ dryRun: true })).toEqual([{ streamId, archivedTo: 30, deleted: 0, heldBy: [] }]);
    expect(await left()).toBe(40);
    expect(await run()).toEqual([{ streamId, archivedTo: 30, deleted: 19, heldBy: [] }]);
    expect(await left()).toBe(21);
    expect((await store.read({ streamId })).events.map(({ version }) => version)).toHaveLength(40);
    await expect(append('stale', 1)).rejects.toMatchObject({ code: 'concurrency-conflict' });
    expect(await append('next', 40)).toMatchObject({ toVersion: 41 });
    const archiver = createArchiver({
      ...{ container: stores.events as unknown as Container, blobs: stores.archive, runtime, guards: [] },
      ...{ olderThanDays: 1, dedupWindowDays: 1, coveredUpTo: () => Promise.resolve(0) },
    });
    expect(await archiver.restore(streamId)).toBe(19);
    expect(await left()).toBe(41);
  });

  it('deletes nothing that a feed has not passed, or that a feed without checkpoints may need', async () => {
    const { run, left, append, pass, runtime, snapshots, snapshot, store } = await world();
    expect(await run({ feeds: ['relay', 'timers'] })).toMatchObject([{ deleted: 0, heldBy: ['feed:timers'] }]);
    await append('later');
    await runtime.advance(30 * dayMs);
    await append('last');
    const hash = (await store.readEvent(streamId, 41))?.hash;
    await snapshots.batch(streamId, [{ kind: 'upsert', document: { ...snapshot, version: 41, hash } }]);
    expect(await run()).toMatchObject([{ archivedTo: 41, deleted: 0, heldBy: ['feed:relay'] }]);
    expect(await left()).toBe(42);
    await pass('relay');
    expect(await run()).toMatchObject([{ archivedTo: 41, deleted: 40, heldBy: [] }]);
  });

  it('takes no snapshot of another history for one', async () => {
    const { run, snapshots, snapshot } = await world();
    await snapshots.batch(streamId, [{ kind: 'upsert', document: { ...snapshot, hash: 'other' } }]);
    expect(await run()).toEqual([]);
  });

  it('refuses limits that are not safe', async () => {
    const { run } = await world();
    await expect(run({ olderThanDays: 0 })).rejects.toThrow('--older-than');
    await expect(run({ dedupWindowDays: 6 })).rejects.toThrow('--dedup-window');
    await expect(run({ olderThanDays: 30 })).rejects.toThrow('--dedup-window');
  });
});
