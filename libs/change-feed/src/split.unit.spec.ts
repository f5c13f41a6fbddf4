import { type FeedRange, feedRangeId } from '@daybook/ports';
import fc from 'fast-check';
import { counts } from './test-support/process.ts';
import { type Instance, type World, createWorld, outOfOrder } from './test-support/world.ts';

const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

async function appendEach(world: World, count = 1): Promise<void> {
  for (const key of keys) await world.append(key, count);
}

/** They cover the key space, each part once. */
async function isWhole(world: World): Promise<boolean> {
  const ranges = (await world.leaseDocuments()).map(({ range }) => range);
  let reached = '';
  for (const range of [...ranges].sort((a, b) => (a.minInclusive < b.minInclusive ? -1 : 1))) {
    if (range.minInclusive !== reached) return false;
    reached = range.maxExclusive;
  }
  return reached === 'FF';
}

async function splitOne(world: World, which: number): Promise<FeedRange | undefined> {
  const ranges = await world.source.feedRanges();
  const chosen = ranges[which % ranges.length];
  if (chosen !== undefined && ranges.length < 16) world.source.split(chosen.id);
  return chosen;
}

describe('a feed of few ranges', () => {
  it('is cut into as many as are wanted, which instances then share', async () => {
    const world = createWorld({ ranges: 1 });
    await appendEach(world);
    for (const name of ['one', 'two', 'three']) world.begin(name, { limits: { minRanges: 8 } });
    expect(await world.runtime.advanceUntil(world.complete, 20_000)).toBe(true);
    await world.runtime.advance(5_000);
    expect(world.deliveries).toHaveLength(keys.length);
    const owners = await world.leaseOwners();
    const held = ['one', 'two', 'three'].map((name) => owners.filter((owner) => owner === name).length);
    expect(held.sort()).toEqual([2, 3, 3]);
  });

  it('keeps its ranges and positions when another number is wanted later', async () => {
    const world = createWorld({ ranges: 1 });
    await appendEach(world);
    const first = world.begin('first', { limits: { minRanges: 8 } });
    await world.runtime.advanceUntil(world.complete, 20_000);
    void first.processor.stop();
    await world.runtime.advance(1_000);
    world.begin('second', { limits: { minRanges: 2 } });
    await world.runtime.advance(5_000);
    expect(await world.leaseOwners()).toEqual(Array.from({ length: 8 }, () => 'second'));
    expect(world.deliveries).toHaveLength(keys.length);
  });

  it('keeps a range whole whose lease is older than the plan', async () => {
    const world = createWorld({ ranges: 1 });
    await appendEach(world);
    const [range] = await world.source.feedRanges();
    const { continuation } = await world.source.feedPage({ range: range!, limit: 100 });
    const lease = { id: 'test.0', feed: 'test', range, renewedAt: '', acquisitions: 3, continuation };
    await world.leases.batch('test.0', [{ kind: 'create', document: lease }]);
    world.begin('new', { limits: { minRanges: 8 } });
    await world.runtime.advance(5_000);
    expect(await world.leaseOwners()).toEqual(['new']);
    expect(world.deliveries).toEqual([]);
  });
});

describe('a range that is split while it is read', () => {
  it('goes on in its parts, from where it had come to', async () => {
    const world = createWorld({ ranges: 1 });
    const { processor } = world.begin('one');
    await appendEach(world, 3);
    expect(await world.runtime.advanceUntil(world.complete, 20_000)).toBe(true);
    await world.runtime.advance(1_000);
    const before = world.deliveries.length;
    world.source.split('0');
    await world.runtime.advance(2_000);
    await appendEach(world);
    expect(await world.runtime.advanceUntil(world.complete, 5_000)).toBe(true);
    expect(world.deliveries.slice(before)).toHaveLength(keys.length);
    expect(processor.health().ranges.map(({ id, owned }) => [id, owned])).toEqual([
      [feedRangeId('', '20000000'), true],
      [feedRangeId('20000000', 'FF'), true],
    ]);
    expect(processor.health().healthy).toBe(true);
  });

  it('loses nothing to an instance that dies at any step, and replays nothing from the beginning', async () => {
    for (let steps = 0; steps < 60; steps += 1) {
      const world = createWorld({ seed: steps + 1, ranges: 2 });
      const first = world.begin('first');
      await appendEach(world, 2);
      expect(await world.runtime.advanceUntil(world.complete, 20_000)).toBe(true);
      await world.runtime.advance(1_000);
      const before = world.deliveries.length;
      for (const { id } of await world.source.feedRanges()) world.source.split(id);
      first.process.killAfter(steps);
      await appendEach(world);
      world.begin('second');
      expect(await world.runtime.advanceUntil(world.complete, 20_000)).toBe(true);
      expect(outOfOrder(world.deliveries)).toEqual([]);
      expect(world.deliveries.slice(before).every(({ n }) => n === 3)).toBe(true);
      await world.runtime.advance(10_000);
      expect(await world.leaseOwners()).toEqual(Array.from({ length: 4 }, () => 'second'));
      expect(await isWhole(world)).toBe(true);
    }
  });

  it('is followed through any number of splits, crashes, sleeps and lost answers', async () => {
    type Change = { readonly do: 'append' | 'split' | 'join' | 'crash' | 'freeze' | 'thaw'; readonly which: number };
    const faults = { answerLost: 0.05, requestLost: 0.05, unavailable: 0.05 };
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 ** 30 }),
        fc.constantFrom(1, 2, 8),
        fc.array(
          fc.record<Change & { pauseMs: number }>({
            do: fc.constantFrom('append', 'append', 'append', 'split', 'join', 'crash', 'freeze', 'thaw'),
            which: fc.nat(7),
            pauseMs: fc.constantFrom(0, 30, 500, 2_500, 7_000),
          }),
          { minLength: 5, maxLength: 30 },
        ),
        async (seed, minRanges, changes) => {
          const world = createWorld({ seed, ranges: 1 });
          const instances: Instance[] = [world.begin('i', { faults, limits: { minRanges } })];
          for (const [index, { do: what, which, pauseMs }] of changes.entries()) {
            const { process } = instances[which % instances.length]!;
            if (what === 'append') await world.append(keys[which]!, 1 + (which % 3));
            else if (what === 'split') await splitOne(world, which);
            else if (what === 'join') instances.push(world.begin(`i${index}`, { faults, limits: { minRanges } }));
            else if (what === 'crash') process.killAfter(which * 5);
            else process[what]();
            await world.runtime.advance(pauseMs);
          }
          for (const { process } of instances) process.thaw();
          for (const { process } of instances) process.killAfter(20);
          world.begin('last');
          expect(await world.runtime.advanceUntil(world.complete, 120_000)).toBe(true);
          await world.runtime.advance(30_000);
          expect(outOfOrder(world.deliveries)).toEqual([]);
          expect(await isWhole(world)).toBe(true);
          expect(new Set(await world.leaseOwners())).toEqual(new Set(['last']));
          const deliveries = world.deliveries.length;
          await world.runtime.advance(10_000);
          expect(world.deliveries).toHaveLength(deliveries);
        },
      ),
      { numRuns: 100 },
    );
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(10);
  });
});
