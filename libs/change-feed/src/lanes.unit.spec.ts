import type { Stored } from '@daybook/ports';
import type { FeedParking } from './feed-options.ts';
import { type Entry, createWorld, outOfOrder } from './test-support/world.ts';

const numbers = (documents: readonly Stored<Entry>[]): readonly number[] => documents.map(({ n }) => n);

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
    const failed = new Set<string>();
    const batches: (readonly number[])[] = [];
    await world.append('bad', 4);
    await world.append('good');
    const one = world.begin('one', {
      async handleKey(documents, { key }) {
        if (key === 'bad') batches.push(numbers(documents));
        if (broken && documents.some(({ key, n }) => key === 'bad' && n === 3)) throw new Error('cannot');
        world.deliver('one', documents);
      },
      with: {
        onError(error, { key, document }) {
          errors.push(error);
          failed.add(`${key} ${document?.n}`);
        },
      },
    });
    await world.runtime.advance(30_000);
    expect(world.deliveries.map(({ key, n }) => `${key}${n}`)).toEqual(['good1', 'bad1', 'bad2']);
    expect(batches.slice(0, 4)).toEqual([[1, 2, 3, 4], [1], [2], [3]]);
    expect(errors.length).toBeGreaterThan(5);
    expect(errors.length).toBeLessThan(20);
    // Told which: at first of those that failed together the first one.
    expect([...failed]).toEqual(['bad 1', 'bad 3']);
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

describe('with a place to park', () => {
  const away = Object.assign(new Error('away'), { transient: true });
  /** Keeps what is parked in memory, as several instances would share it. */
  const createParking = () => {
    const stored = new Map<string, number[]>();
    const opened = { loads: 0, failing: 0 };
    const open = (): FeedParking<Entry> => {
      const known = new Set<string>();
      return {
        async load() {
          opened.loads += 1;
          if (opened.failing-- > 0) throw away;
          for (const key of stored.keys()) known.add(key);
        },
        parked: (key) => known.has(key),
        async park(key, { n }) {
          known.add(key);
          stored.set(key, [n]);
        },
        async follow(key, documents) {
          const queue = stored.get(key);
          if (queue === undefined) known.delete(key);
          else queue.push(...numbers(documents));
          return queue !== undefined;
        },
        isTransient: (error) => error === away,
      };
    };
    return { stored, opened, open };
  };
  const failsAt = (world: ReturnType<typeof createWorld>, error: () => Error | undefined) => ({
    async handleKey(documents: readonly Stored<Entry>[]): Promise<void> {
      const failed = documents.some(({ key, n }) => key === 'bad' && n === 2) ? error() : undefined;
      if (failed !== undefined) throw failed;
      world.deliver('one', documents);
    },
  });

  it('a document that keeps failing is parked with all that follow of its key; the others go on', async () => {
    const world = createWorld({ ranges: 1 });
    const parking = createParking();
    await world.append('bad', 3);
    await world.append('good', 2);
    const one = world.begin('one', { ...failsAt(world, () => new Error('x')), with: { parking: parking.open() } });
    await world.runtime.advance(30_000);
    await world.append('bad', 2);
    await world.append('good');
    await world.runtime.advance(5_000);
    expect(world.deliveries.map(({ key, n }) => `${key}${n}`)).toEqual(['good1', 'good2', 'bad1', 'good3']);
    expect([...parking.stored]).toEqual([['bad', [2, 3, 4, 5]]]);
    expect(one.processor.health()).toMatchObject({ healthy: true, ranges: [{ inFlight: 0, stuck: [] }] });
  });

  it('goes on with a key that is parked no more', async () => {
    const world = createWorld({ ranges: 1 });
    const parking = createParking();
    await world.append('bad', 3);
    world.begin('one', { ...failsAt(world, () => new Error('x')), with: { parking: parking.open() } });
    await world.runtime.advance(30_000);
    parking.stored.clear();
    await world.append('bad');
    await world.runtime.advance(5_000);
    expect(world.deliveries.map(({ n }) => n)).toEqual([1, 4]);
  });

  it('whoever takes a range over knows first what is parked, however often it has to ask', async () => {
    const world = createWorld({ ranges: 1 });
    const parking = createParking();
    await world.append('bad', 2);
    const one = world.begin('one', { ...failsAt(world, () => new Error('x')), with: { parking: parking.open() } });
    await world.runtime.advance(30_000);
    void one.processor.stop();
    await world.runtime.advance(5_000);
    parking.opened.failing = 3;
    await world.append('bad');
    await world.append('good');
    world.begin('two', { with: { parking: parking.open() } });
    await world.runtime.advance(30_000);
    expect(parking.opened.loads).toBe(5);
    expect(world.deliveries.map(({ key, n }) => `${key}${n}`)).toEqual(['bad1', 'good1']);
    expect([...parking.stored]).toEqual([['bad', [2, 3]]]);
  });

  it('nothing is parked for an error that says nothing about it', async () => {
    const world = createWorld({ ranges: 1 });
    const parking = createParking();
    let error: Error | undefined = away;
    await world.append('bad', 3);
    const one = world.begin('one', { ...failsAt(world, () => error), with: { parking: parking.open() } });
    await world.runtime.advance(120_000);
    expect(one.processor.health().ranges[0]?.stuck[0]?.attempts).toBeGreaterThan(10);
    error = undefined;
    expect(await world.runtime.advanceUntil(world.complete, 20_000)).toBe(true);
    expect(parking.stored.size).toBe(0);
  });

  it('that fails itself, is asked again until it works', async () => {
    const world = createWorld({ ranges: 1 });
    const parking = createParking();
    const open = parking.open();
    let refusals = 3;
    const park: FeedParking<Entry>['park'] = async (...given) => {
      if (refusals-- > 0) throw away;
      await open.park(...given);
    };
    await world.append('bad', 3);
    world.begin('one', { ...failsAt(world, () => new Error('x')), with: { parking: { ...open, park } } });
    await world.runtime.advance(120_000);
    expect([...parking.stored]).toEqual([['bad', [2, 3]]]);
  });
});
