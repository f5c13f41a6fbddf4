import type { Stored } from '@daybook/ports';
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
