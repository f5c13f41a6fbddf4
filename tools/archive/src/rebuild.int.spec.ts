import { createFeedProcessor } from '@daybook/change-feed';
import {
  archivedContainer,
  createArchiver,
  createEventStore,
  eventCodec,
  type EventStore,
  type StoredEvent,
} from '@daybook/eventstore';
import {
  type BlobStore,
  type Container,
  type Document,
  memoryBlobStore,
  memoryContainer,
  systemRuntime,
} from '@daybook/ports';
import { createProjection, createTotals, eventFeed, projectionHandler } from '@daybook/projections';
import { embeddedCosmos } from '@daybook/testing';

const runtime = systemRuntime();
const dayMs = 86_400_000;
const codec = eventCodec<{ type: 'Counted'; data: { by: number } }>({
  Counted: { version: 1, schema: { parse: (data) => ({ by: (data as { by: number }).by }) } },
});

interface World {
  readonly events: Container<StoredEvent>;
  readonly leases: Container;
  readonly readModels: Container;
  /** Partition key `/partition`. */
  readonly totals: Container;
  readonly close: () => Promise<void>;
}

const places: Readonly<Record<string, () => Promise<World>>> = {
  async memory() {
    const byId = (name: string): Container =>
      memoryContainer<Document>({ name, runtime, partitionKey: ({ id }) => id });
    return {
      events: memoryContainer<StoredEvent>({
        ...{ name: 'events', runtime, uniqueKeys: ['/dedup'] },
        partitionKey: ({ streamId }) => streamId,
      }),
      leases: byId('leases'),
      readModels: byId('readModels'),
      totals: memoryContainer<Document>({
        ...{ name: 'totals', runtime },
        partitionKey: ({ partition }) => String(partition),
      }),
      close: async () => undefined,
    };
  },
  async 'the Cosmos DB emulator'() {
    const { containers, close } = await embeddedCosmos({
      containers: {
        events: { partitionKey: '/streamId', uniqueKeys: ['/dedup'] },
        leases: { partitionKey: '/id' },
        readModels: { partitionKey: '/id' },
        totals: { partitionKey: '/partition' },
      },
    });
    return { ...containers, events: containers.events as unknown as Container<StoredEvent>, close };
  },
};

interface Sum {
  readonly sum: number;
  readonly versions: readonly number[];
}

/** Feeds new read models, of each stream and over all of them, from the beginning of the feed until it has come to these versions. */
async function rebuilt(
  { events, leases, readModels, totals: sums }: World,
  store: EventStore,
  name: string,
  heads: Heads,
) {
  const readStream = async (streamId: string, afterVersion: number) =>
    (await store.read({ streamId, afterVersion })).events;
  const projection = createProjection<Sum>({
    ...{ name, readModel: readModels, streams: 'counter-' },
    project: (before, { version, data }) => ({
      sum: (before?.sum ?? 0) + Number(data['by']),
      versions: [...(before?.versions ?? []), version],
    }),
    readStream,
  });
  const totals = createTotals<Sum, { readonly sum: number }>({
    ...{ name, container: sums, streams: 'counter-', runtime, readStream },
    project: (before, { data }) => ({ sum: (before?.sum ?? 0) + Number(data['by']), versions: [] }),
    contribute: ({ sum }) => [{ partition: 'all', key: 'all', fields: {}, values: { sum } }],
  });
  const feed = createFeedProcessor<StoredEvent>({
    ...{ name, instance: runtime.newId(), source: events, leases, runtime, ...eventFeed },
    handleKey: projectionHandler([totals, projection]),
    limits: { pollIdleMs: 20 },
  });
  await feed.start();
  try {
    const deadlineMs = runtime.now() + 15_000;
    for (const [streamId, head] of Object.entries(heads)) {
      while ((await projection.get(streamId))?.streamVersion !== head && runtime.now() < deadlineMs) {
        await runtime.sleep(10);
      }
    }
  } finally {
    await feed.stop();
  }
  const page = await totals.list({ limit: 10 });
  expect('refused' in page ? page : page.items.map(({ sum }) => sum)).toEqual([
    Object.values(heads).reduce((all, head) => all + head, 0),
  ]);
  return (streamId: string) => projection.get(streamId);
}

type Heads = Readonly<Record<string, number>>;

describe.each(Object.entries(places))(
  'Growth: a read model rebuilt from the beginning of the feed, on %s',
  (_name, open) => {
    let world: World;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => world.close());

    const upTo = (head: number): readonly number[] => Array.from({ length: head }, (_, index) => index + 1);

    it('holds what was archived as well, also where it takes more than a page, and what is appended meanwhile', async () => {
      const blobs: BlobStore = memoryBlobStore('archive');
      const { events } = world;
      const past = { ...runtime, now: () => runtime.now() - 30 * dayMs };
      const writer = createEventStore({ container: events as unknown as Container, runtime: past });
      const heads: Record<string, number> = { 'counter-1': 450, 'counter-2': 12, 'counter-3': 1 };
      for (const [streamId, head] of Object.entries(heads)) {
        for (let written = 0; written < head;) {
          const count = Math.min(90, head - written);
          await writer.append({
            ...{ streamId, expectedVersion: written },
            events: Array.from({ length: count }, () => codec.encode({ type: 'Counted', data: { by: 1 } })),
            metadata: {
              ...{ commandKey: `${streamId}-${written}`, correlationId: 'r', causationId: 'r', actor: 'service:test' },
              traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
            },
          });
          written += count;
        }
      }
      const archiver = createArchiver({
        ...{ container: events as unknown as Container, blobs, runtime, segmentMax: 200, guards: [] },
        ...{ olderThanDays: 1, dedupWindowDays: 7, coveredUpTo: async () => Infinity },
      });
      expect(await archiver.archive('counter-1')).toEqual({ archivedTo: 449, deleted: 448, heldBy: [] });
      expect(await archiver.archive('counter-2')).toMatchObject({ deleted: 10 });
      expect((await events.query({ partitionKey: 'counter-1', limit: 1_000 })).documents).toHaveLength(2);

      const archived = archivedContainer(events, blobs, runtime);
      const store = createEventStore({ container: archived as unknown as Container, runtime });
      for (const source of [events, archived]) {
        const get = await rebuilt({ ...world, events: source }, store, `build-${runtime.newId()}`, heads);
        for (const [streamId, head] of Object.entries(heads)) {
          expect(await get(streamId)).toMatchObject({ streamVersion: head, sum: head, versions: upTo(head) });
        }
      }

      const name = `build-${runtime.newId()}`;
      const building = rebuilt(world, store, name, { ...heads, 'counter-1': 451 });
      await store.append({
        ...{ streamId: 'counter-1', expectedVersion: 450 },
        events: [codec.encode({ type: 'Counted', data: { by: 1 } })],
        metadata: { commandKey: 'next', correlationId: 'r', causationId: 'r', actor: 'service:test', traceparent: '' },
      });
      expect(await (await building)('counter-1')).toMatchObject({ sum: 451, versions: upTo(451) });
    });
  },
);
