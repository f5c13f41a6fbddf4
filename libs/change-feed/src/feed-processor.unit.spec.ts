import type { Stored } from '@daybook/ports';
import { createFeedProcessor } from './feed-processor.ts';
import { isFeedOptionsError } from './feed-options.ts';
import { type Entry, createWorld, outOfOrder } from './test-support/world.ts';

const numbers = (documents: readonly Stored<Entry>[]): readonly number[] => documents.map(({ n }) => n);

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

describe('leases', () => {
  it('are shared by instances that start together', async () => {
    const world = createWorld({ seed: 3 });
    world.begin('one');
    world.begin('two');
    await world.runtime.advance(3_000);
    expect([...(await world.leaseOwners())].sort()).toEqual(['one', 'one', 'two', 'two']);
  });

  it('cannot be written by a holder that slept past them, which then stops working', async () => {
    const world = createWorld({ ranges: 1 });
    const zombie = world.begin('zombie');
    await world.runtime.advance(1_000);
    const heir = world.begin('heir');
    await world.runtime.advance(1_000);
    zombie.process.freeze();
    await world.runtime.advance(10_000);
    expect(await world.leaseOwners()).toEqual(['heir']);
    const before = (await world.leases.read('test.0', 'test.0')).document;

    await world.append('a');
    zombie.process.thaw();
    await world.runtime.advance(20);
    await world.runtime.advanceUntil(world.complete, 5_000);
    await world.runtime.advance(3_000);
    const after = (await world.leases.read('test.0', 'test.0')).document;
    expect(after).toMatchObject({ owner: 'heir', acquisitions: before?.['acquisitions'] });
    expect(zombie.processor.health().ranges).toMatchObject([{ owned: false, owner: 'heir' }]);
    expect(heir.processor.health().healthy).toBe(true);
    expect(world.deliveries).toEqual([{ instance: 'heir', key: 'a', n: 1 }]);
  });

  it('tell a handler that still runs when they are lost, and count nothing that it finishes', async () => {
    const world = createWorld({ ranges: 1 });
    let signal: AbortSignal | undefined;
    const zombie = world.begin('zombie', {
      async handleKey(documents, context) {
        signal = context.signal;
        world.deliver('zombie', documents);
        await world.runtime.sleep(12_000);
      },
    });
    await world.append('a');
    await world.runtime.advance(500);
    zombie.process.freeze();
    world.begin('heir', { handleKey: async () => undefined });
    await world.runtime.advance(9_000);
    const heirs = (await world.leases.read('test.0', 'test.0')).document;
    expect(heirs).toMatchObject({ owner: 'heir', continuation: expect.any(String) });
    zombie.process.thaw();
    await world.runtime.advance(2_000);
    expect(signal?.aborted).toBe(true);
    expect(await world.leaseOwners()).toEqual(['heir']);
  });

  it('survive writes whose answer was lost', async () => {
    const world = createWorld({ ranges: 2, seed: 5 });
    const { processor } = world.begin('one', { faults: { answerLost: 0.5 } });
    for (let n = 0; n < 40; n += 1) {
      await world.append(`key${n % 4}`);
      await world.runtime.advance(250);
    }
    expect(await world.runtime.advanceUntil(world.complete, 20_000)).toBe(true);
    expect(world.deliveries).toHaveLength(40);
    expect(processor.health().ranges.every(({ owned }) => owned)).toBe(true);
  });
});

describe('a key that is slow or fails', () => {
  it('holds back neither the others nor later pages, and only the checkpoint waits for it', async () => {
    const world = createWorld({ ranges: 1 });
    let finishSlow = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      finishSlow = resolve;
    });
    const one = world.begin('one', {
      async handleKey(documents, { key }) {
        if (key === 'slow') await slow;
        world.deliver('one', documents);
      },
    });
    await world.append('slow');
    for (let n = 0; n < 30; n += 1) await world.append(`other${n}`);
    await world.runtime.advance(5_000);
    expect(world.deliveries).toHaveLength(30);
    expect(one.processor.health().ranges).toMatchObject([{ inFlight: 1 }]);
    const waiting = (await world.leases.read('test.0', 'test.0')).document;
    expect(waiting?.['continuation']).toBeUndefined();

    finishSlow();
    await world.runtime.advance(1_000);
    const done = (await world.leases.read('test.0', 'test.0')).document;
    expect(done?.['continuation']).toEqual(expect.any(String));
    expect(one.processor.health().ranges).toMatchObject([{ inFlight: 0, continuationAgeMs: 0 }]);
  });

  it('stops the reading at maxInFlight, and shows it', async () => {
    const world = createWorld({ ranges: 1 });
    const one = world.begin('one', { handleKey: () => new Promise(() => undefined), limits: { maxInFlight: 10 } });
    for (let n = 0; n < 30; n += 1) await world.append(`key${n}`);
    await world.runtime.advance(20_000);
    const health = one.processor.health();
    expect(health.healthy).toBe(false);
    expect(health.ranges[0]?.inFlight).toBeGreaterThanOrEqual(7);
    expect(health.ranges[0]?.inFlight).toBeLessThanOrEqual(10);
  });

  it('is tried again, alone, until it works; documents that failed together are tried one by one', async () => {
    const world = createWorld({ ranges: 1 });
    let broken = true;
    const errors: unknown[] = [];
    const batches: (readonly number[])[] = [];
    await world.append('bad', 4);
    await world.append('good');
    const one = world.begin('one', {
      async handleKey(documents, { key }) {
        if (key === 'bad') batches.push(numbers(documents));
        if (broken && documents.some(({ key, n }) => key === 'bad' && n === 3)) throw new Error('cannot');
        world.deliver('one', documents);
      },
      with: { onError: (error) => errors.push(error) },
    });
    await world.runtime.advance(30_000);
    expect(world.deliveries.map(({ key, n }) => `${key}${n}`)).toEqual(['good1', 'bad1', 'bad2']);
    expect(batches.slice(0, 4)).toEqual([[1, 2, 3, 4], [1], [2], [3]]);
    expect(errors.length).toBeGreaterThan(5);
    expect(errors.length).toBeLessThan(20);
    expect(one.processor.health()).toMatchObject({
      healthy: true,
      ranges: [{ stuck: [{ key: 'bad', documents: 2, lastError: 'cannot' }], lastError: 'cannot' }],
    });
    broken = false;
    expect(await world.runtime.advanceUntil(world.complete, 20_000)).toBe(true);
    expect(outOfOrder(world.deliveries)).toEqual([]);
    expect(one.processor.health().ranges[0]?.stuck).toEqual([]);
  });

  it('makes a page feed unhealthy', async () => {
    const world = createWorld({ ranges: 1 });
    const one = world.begin('one', { handlePage: () => Promise.reject(new Error('cannot')) });
    await world.append('a');
    await world.runtime.advance(20_000);
    expect(one.processor.health()).toMatchObject({ healthy: false, ranges: [{ stuck: [{ documents: 1 }] }] });
  });

  it('goes to onPoison after maxAttempts, the one document alone', async () => {
    const world = createWorld({ ranges: 1 });
    const poison: (readonly number[])[] = [];
    let parkingWorks = false;
    await world.append('bad', 4);
    world.begin('one', {
      limits: { maxAttempts: 3 },
      async handleKey(documents) {
        if (documents.some(({ n }) => n === 3)) throw new Error('cannot');
        world.deliver('one', documents);
      },
      with: {
        onPoison: async (documents) => {
          if (!parkingWorks) throw new Error('no place');
          poison.push(numbers(documents));
        },
      },
    });
    await world.runtime.advance(5_000);
    expect(world.deliveries.map(({ n }) => n)).toEqual([1, 2]);
    parkingWorks = true;
    await world.runtime.advance(20_000);
    expect(poison).toEqual([[3]]);
    expect(world.deliveries.map(({ n }) => n)).toEqual([1, 2, 4]);
  });
});

describe('polling', () => {
  it('is idle without changes and immediate after a nudge', async () => {
    const world = createWorld({ ranges: 1 });
    const { processor } = world.begin('one', { limits: { pollIdleMs: 10_000 } });
    await world.runtime.advance(1_000);
    await world.append('a');
    await world.runtime.advance(1_000);
    expect(world.complete()).toBe(false);
    processor.nudge();
    expect(await world.runtime.advanceUntil(world.complete, 50)).toBe(true);
  });

  it('starts at "now" where told to, and keeps that place through a crash', async () => {
    const world = createWorld({ ranges: 1 });
    await world.append('a');
    const first = world.begin('first', { with: { start: 'now' } });
    await world.runtime.advance(400);
    first.process.kill();
    await world.append('a');
    world.begin('second', { with: { start: 'now' } });
    await world.runtime.advance(10_000);
    expect(world.deliveries).toEqual([{ instance: 'second', key: 'a', n: 2 }]);
  });
});

describe('stop', () => {
  it('hands the ranges to an instance that stands by', async () => {
    const world = createWorld();
    const first = world.begin('first');
    await world.runtime.advance(1_000);
    const second = world.begin('second');
    await world.runtime.advance(1_000);
    expect(second.processor.health().ranges.some(({ owned }) => owned)).toBe(false);
    void first.processor.stop();
    await world.append('a');
    expect(await world.runtime.advanceUntil(world.complete, 2_000)).toBe(true);
    await world.runtime.advance(1_000);
    expect(second.processor.health().ranges.every(({ owned }) => owned)).toBe(true);
  });

  it('lets running handlers finish, begins no other, and keeps the checkpoint', async () => {
    const world = createWorld({ ranges: 1 });
    const slow = world.begin('slow', {
      limits: { maxConcurrentKeys: 1 },
      async handleKey(documents) {
        await world.runtime.sleep(3_000);
        world.deliver('slow', documents);
      },
    });
    await world.append('a');
    await world.runtime.advance(600);
    await world.append('b');
    await world.runtime.advance(600);
    let ended = false;
    void slow.processor.stop().then(() => (ended = true));
    await world.runtime.advance(1_000);
    expect(ended).toBe(false);
    await world.runtime.advance(2_000);
    expect(ended).toBe(true);
    world.begin('next');
    await world.runtime.advance(1_000);
    expect(world.deliveries.map(({ instance, key }) => `${instance}:${key}`)).toEqual(['slow:a', 'next:b']);
  });

  it('does not wait for ever: handlers are told, and what they did not finish comes again', async () => {
    const world = createWorld({ ranges: 1 });
    let signal: AbortSignal | undefined;
    const hanging = world.begin('hanging', {
      handleKey: (_documents, context) => {
        signal = context.signal;
        return new Promise(() => undefined);
      },
    });
    await world.append('a');
    await world.runtime.advance(1_000);
    let ended = false;
    void hanging.processor.stop().then(() => (ended = true));
    await world.runtime.advance(9_000);
    expect([ended, signal?.aborted]).toEqual([false, false]);
    await world.runtime.advance(1_500);
    expect([ended, signal?.aborted]).toEqual([true, true]);
    world.begin('next');
    expect(await world.runtime.advanceUntil(world.complete, 1_000)).toBe(true);
  });
});

describe('health', () => {
  it('is good while idle and bad while the source cannot be read, whatever the caller does with the errors', async () => {
    const world = createWorld();
    const faults = { unavailable: 0 };
    const { processor } = world.begin('one', {
      faults,
      with: {
        onError: () => {
          throw new Error('the logger is broken too');
        },
      },
    });
    await world.runtime.advance(60_000);
    expect(processor.health().healthy).toBe(true);
    faults.unavailable = 1;
    await world.runtime.advance(40_000);
    expect(processor.health().healthy).toBe(false);
    expect(processor.health().ranges[0]?.lastError).toContain('seeded fault');
    faults.unavailable = 0;
    await world.append('a');
    expect(await world.runtime.advanceUntil(world.complete, 20_000)).toBe(true);
    await world.runtime.advance(15_000);
    expect(processor.health().healthy).toBe(true);
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
