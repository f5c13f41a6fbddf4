import { systemRuntime } from '@daybook/ports';
import { embeddedCosmos } from '@daybook/testing';
import { createFeedProcessor } from './feed-processor.ts';
import type { FeedProcessor } from './feed-options.ts';
import { type Delivery, outOfOrder } from './test-support/world.ts';

const runtime = systemRuntime();

async function until(done: () => boolean): Promise<void> {
  const deadlineMs = runtime.now() + 15_000;
  while (!done()) {
    if (runtime.now() > deadlineMs) throw new Error('not done in time');
    await runtime.sleep(10);
  }
}

describe.each([1, 4])('a feed over %i ranges of the emulator, through the SDK', (feedRanges) => {
  it('delivers in order, survives an instance that dies, and hands over at stop', async () => {
    const { containers, close } = await embeddedCosmos({
      feedRanges,
      containers: { events: { partitionKey: '/key' }, leases: { partitionKey: '/id' } },
    });
    const deliveries: Delivery[] = [];
    const dead = new Set<string>();
    const over = new AbortController();
    // A dead instance's calls have no effect any more; they end with the test.
    const died = async (): Promise<never> => {
      await runtime.sleep(60_000, over.signal);
      throw new Error('dead');
    };
    const instance = (name: string): FeedProcessor =>
      createFeedProcessor({
        name: 'test',
        instance: name,
        source: containers.events,
        leases: {
          ...containers.leases,
          batch: (key, operations) => (dead.has(name) ? died() : containers.leases.batch(key, operations)),
        },
        runtime,
        keyOf: (document) => String(document['key']),
        orderOf: (document) => Number(document.id),
        limits: { pageSize: 10, maxInFlight: 50, leaseDurationMs: 900, renewEveryMs: 250, pollIdleMs: 100 },
        handleKey: async (documents, { key }) => {
          if (dead.has(name)) await died();
          for (const { id } of documents) deliveries.push({ instance: name, key, n: Number(id) });
        },
      });
    const written = new Map<string, number>();
    const append = async (count: number): Promise<void> => {
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
        const from = written.get(key) ?? 0;
        const numbers = Array.from({ length: count }, (_, index) => from + count - index);
        const operations = numbers.map((n) => ({ kind: 'create' as const, document: { id: String(n), key } }));
        expect(await containers.events.batch(key, operations)).toMatchObject({ applied: true });
        written.set(key, from + count);
      }
    };
    const complete = (): boolean => {
      const seen = new Set(deliveries.map(({ key, n }) => `${key}${n}`));
      return seen.size === [...written.values()].reduce((sum, n) => sum + n, 0);
    };

    const processors: FeedProcessor[] = [];
    const begin = async (name: string): Promise<FeedProcessor> => {
      const processor = instance(name);
      processors.push(processor);
      await processor.start();
      return processor;
    };
    try {
      await append(5);
      await begin('first');
      await until(complete);
      const second = await begin('second');
      dead.add('first');
      await append(3);
      await until(complete);
      await until(() => second.health().ranges.every(({ owned }) => owned));
      expect(second.health().healthy).toBe(true);

      await second.stop();
      const before = deliveries.length;
      await append(1);
      const third = await begin('third');
      await until(complete);
      // The checkpoints were kept: nothing but the new documents came.
      expect(deliveries.slice(before)).toHaveLength(6);
      expect(outOfOrder(deliveries)).toEqual([]);
      await third.stop();
    } finally {
      dead.clear();
      over.abort();
      await Promise.all(processors.map((processor) => processor.stop()));
      await close();
    }
  });
});

it('a container of one range is cut into parts, and a split of it is followed, through the SDK', async () => {
  const { containers, splitRange, close } = await embeddedCosmos({
    feedRanges: 1,
    containers: { events: { partitionKey: '/key' }, leases: { partitionKey: '/id' } },
  });
  const deliveries: Delivery[] = [];
  const keys = Array.from({ length: 12 }, (_, index) => `key${index}`);
  const append = async (n: number): Promise<void> => {
    for (const key of keys) await containers.events.batch(key, [{ kind: 'create', document: { id: String(n), key } }]);
  };
  const feed = createFeedProcessor({
    ...{ name: 'test', instance: 'one', source: containers.events, leases: containers.leases, runtime },
    keyOf: (document) => String(document['key']),
    limits: { minRanges: 3, leaseDurationMs: 900, renewEveryMs: 250, pollIdleMs: 50 },
    handleKey: async (documents, { key }) => {
      for (const { id } of documents) deliveries.push({ instance: 'one', key, n: Number(id) });
    },
  });
  try {
    await append(1);
    await feed.start();
    await until(() => deliveries.length === 12);
    expect(feed.health().ranges).toHaveLength(3);
    await splitRange('events', { durationMs: 100 });
    await append(2);
    // The cut goes through the middle one, which is replaced by two; the others lie in one partition as before.
    await until(() => feed.health().ranges.length === 4 && feed.health().ranges.every(({ owned }) => owned));
    await until(() => deliveries.length >= 24);
    await append(3);
    await until(() => deliveries.length >= 36);
    expect(deliveries).toHaveLength(36);
    expect(outOfOrder(deliveries)).toEqual([]);
    expect(feed.health().healthy).toBe(true);
  } finally {
    await feed.stop();
    await close();
  }
});
