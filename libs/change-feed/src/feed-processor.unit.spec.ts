import type { Stored } from '@daybook/ports';
import { createFeedProcessor } from './feed-processor.ts';
import { isFeedOptionsError } from './feed-options.ts';
import { type Entry, createWorld, outOfOrder } from './test-support/world.ts';

const numbers = (documents: readonly Stored<Entry>[]): readonly number[] => documents.map(({ n }) => n);

it('pauses longer and longer where nothing comes, also where the least time between two reads is none', async () => {
  const world = createWorld({ ranges: 1 });
  let reads = 0;
  const { source } = world;
  const feedPage: typeof source.feedPage = (request) => {
    reads += 1;
    // A loop without pauses would never let time pass.
    return reads > 1_000 ? new Promise(() => undefined) : source.feedPage(request);
  };
  const limits = { pollMinMs: 0, pollIdleMs: 500, minRanges: 1 };
  world.begin('one', { limits, with: { source: { ...source, feedPage } } });
  await world.runtime.advance(10_000);
  expect(reads).toBeGreaterThan(20);
  expect(reads).toBeLessThan(60);
});

describe.each([1, 4])('a feed over %i ranges', (ranges) => {
  it('delivers everything, each key in order, transactions sorted', async () => {
    const world = createWorld({ ranges });
    for (let round = 0; round < 10; round += 1) {
      for (const key of ['a', 'b', 'c', 'd']) await world.append(key, (round % 3) + 1);
    }
    const { processor } = world.begin('one');
    expect(await world.runtime.advanceUntil(world.complete, 10_000)).toBe(true);
    expect(outOfOrder(world.deliveries)).toEqual([]);
    expect(world.deliveries).toHaveLength(76);
    expect(processor.health()).toMatchObject({ running: true, healthy: true });
  });

  it('gives the ranges back at stop, and another goes on where it ended', async () => {
    const world = createWorld({ ranges });
    await world.append('a', 3);
    await world.append('b', 3);
    const first = world.begin('first');
    await world.runtime.advanceUntil(world.complete, 10_000);
    const stopped = first.processor.stop();
    await world.runtime.advance(1_000);
    await stopped;
    expect(await world.leaseOwners()).toEqual(Array.from({ length: ranges }, () => undefined));

    await world.append('a');
    const second = world.begin('second');
    await world.runtime.advance(1_000);
    expect(world.deliveries.filter(({ instance }) => instance === 'second')).toEqual([
      { instance: 'second', key: 'a', n: 4 },
    ]);
    expect(second.processor.health().ranges.every(({ owned }) => owned)).toBe(true);
    expect(first.processor.health().running).toBe(false);
  });

  it('takes over the ranges of a dead instance after the lease duration', async () => {
    const world = createWorld({ ranges });
    const first = world.begin('first');
    await world.runtime.advance(1_000);
    const second = world.begin('second');
    await world.runtime.advance(1_000);
    first.process.kill();
    await world.append('a');
    await world.runtime.advance(3_000);
    expect(world.complete()).toBe(false);
    expect(await world.runtime.advanceUntil(world.complete, 6_000)).toBe(true);
    await world.runtime.advance(2_000);
    expect(await world.leaseOwners()).toEqual(Array.from({ length: ranges }, () => 'second'));
    expect(second.processor.health().healthy).toBe(true);
  });

  it('gives pages whole and one at a time to a page handler', async () => {
    const world = createWorld({ ranges });
    for (let n = 0; n < 12; n += 1) await world.append('a');
    const pages: (readonly number[])[] = [];
    let running = 0;
    world.begin('one', {
      async handlePage(documents) {
        running += 1;
        expect(running).toBe(1);
        await world.runtime.sleep(50);
        pages.push(numbers(documents));
        world.deliver('one', documents);
        running -= 1;
      },
    });
    expect(await world.runtime.advanceUntil(world.complete, 10_000)).toBe(true);
    expect(pages).toEqual([
      [1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10],
      [11, 12],
    ]);
  });
});

describe('options', () => {
  it.each([
    ['name', { name: 'a/b' }],
    ['handleKey', { handlePage: async () => undefined }],
    ['limits.maxAttempts', { limits: { maxAttempts: 3 } }],
    ['limits.renewEveryMs', { limits: { renewEveryMs: 5_000 } }],
    ['limits.pageSize', { limits: { pageSize: 0 } }],
  ])('are refused where %s cannot work', (field, wrong) => {
    const world = createWorld();
    const options = {
      name: 'test',
      instance: 'one',
      source: world.source,
      leases: world.leases,
      runtime: world.runtime,
      keyOf: () => '',
      handleKey: async () => undefined,
      ...wrong,
    };
    let thrown: unknown;
    try {
      createFeedProcessor(options as never);
    } catch (error) {
      thrown = error;
    }
    expect(isFeedOptionsError(thrown) && thrown.field).toBe(field);
  });
});
