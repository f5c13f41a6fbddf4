import {
  archivedContainer,
  createArchiver,
  createEventStore,
  type StoredEvent,
  verifyStream,
} from '@daybook/eventstore';
import {
  type BlobStore,
  type Container,
  type FeedPage,
  memoryBlobStore,
  memoryContainer,
  systemRuntime,
} from '@daybook/ports';
import { embeddedCosmos } from '@daybook/testing';
import { checkComplete, historyReader } from './histories.ts';

const runtime = systemRuntime();
const dayMs = 86_400_000;

const places: Readonly<Record<string, () => Promise<{ events: Container<StoredEvent>; close(): Promise<void> }>>> = {
  async memory() {
    const partitionKey = ({ streamId }: StoredEvent): string => streamId;
    const events = memoryContainer<StoredEvent>({ name: 'events', runtime, uniqueKeys: ['/dedup'], partitionKey });
    return { events, close: async () => undefined };
  },
  async 'the Cosmos DB emulator'() {
    const { containers, close } = await embeddedCosmos({
      containers: { events: { partitionKey: '/streamId', uniqueKeys: ['/dedup'] } },
    });
    return { events: containers.events as unknown as Container<StoredEvent>, close };
  },
};

describe.each(Object.entries(places))('Growth: histories read on %s', (_name, open) => {
  let events: Container<StoredEvent>;
  let blobs: BlobStore;
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ events, close } = await open());
    blobs = memoryBlobStore('archive');
    const past = { ...runtime, now: () => runtime.now() - 30 * dayMs };
    const store = createEventStore({ container: events as unknown as Container, runtime: past });
    for (const streamId of ['stock-1', 'stock-2']) {
      for (const each of [0, 1, 2, 3]) {
        await store.append({
          ...{ streamId, expectedVersion: each * 30 },
          events: Array.from({ length: 30 }, () => ({ type: 'Counted', schemaVersion: 1, data: {} })),
          metadata: { commandKey: `c${each}`, correlationId: 'r', causationId: 'r', actor: 'a', traceparent: '' },
        });
      }
    }
  });
  afterEach(() => close());

  const archive = (streamId: string) =>
    createArchiver({
      ...{ container: events as unknown as Container, blobs, runtime, segmentMax: 50, guards: [] },
      ...{ olderThanDays: 1, dedupWindowDays: 7, coveredUpTo: async () => 100 },
    }).archive(streamId);
  const whole = async (container: Container<StoredEvent>): Promise<void> => {
    const histories = await historyReader(container).readOn();
    expect([...histories.keys()].sort()).toEqual(['stock-1', 'stock-2']);
    for (const history of histories.values()) expect(verifyStream(history)).toMatchObject({ ok: true, version: 120 });
  };

  it('are whole where events are in the archive', async () => {
    expect(await archive('stock-1')).toMatchObject({ deleted: 99 });
    await whole(archivedContainer(events, blobs));
  });

  it('are whole where events go to the archive while the feed is read', async () => {
    let pages = 0;
    const archiving: Container<StoredEvent> = {
      ...archivedContainer(events, blobs),
      async feedPage(request): Promise<FeedPage<StoredEvent>> {
        const page = await events.feedPage({ ...request, limit: 40 });
        if (page.documents.length > 0 && (pages += 1) <= 2) await archive(page.documents[0]?.streamId ?? '');
        return page;
      },
    };
    await whole(archiving);
    expect(pages).toBeGreaterThan(2);
  });

  it('say that they are incomplete without the archive, and miss what is nowhere', async () => {
    await archive('stock-1');
    const reader = historyReader(events);
    const histories = { order: await reader.readOn(), inventory: new Map(), payment: new Map(), fulfilment: new Map() };
    expect(() => checkComplete(histories)).toThrow('stock-1: the events after the first are not in the container');

    await events.batch('stock-2', [{ kind: 'delete', id: '60' }]);
    const read = await historyReader(archivedContainer(events, blobs)).readOn();
    expect(verifyStream(read.get('stock-1') ?? [])).toMatchObject({ ok: true });
    expect(verifyStream(read.get('stock-2') ?? [])).toMatchObject({ ok: false, version: 60 });
  });
});
