import fc from 'fast-check';
import { counts } from './test-support/process.ts';
import { type Instance, type World, createWorld, outOfOrder } from './test-support/world.ts';

type Action =
  | { readonly do: 'append'; readonly key: number; readonly count: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'begin' }
  | { readonly do: 'crash'; readonly which: number; readonly afterSteps: number }
  | { readonly do: 'freeze'; readonly which: number }
  | { readonly do: 'thaw'; readonly which: number }
  | { readonly do: 'stop'; readonly which: number };

const which = fc.nat(7);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('append'), key: fc.nat(5), count: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.integer({ min: 1, max: 8_000 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('begin') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash'), which, afterSteps: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('freeze'), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('thaw'), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop'), which }) },
) as fc.Arbitrary<Action>;

const faults = { answerLost: 0.05, requestLost: 0.05, unavailable: 0.05 };

async function perform(world: World, instances: Instance[], step: Action, byPage: boolean): Promise<void> {
  const chosen = 'which' in step ? instances[step.which % Math.max(1, instances.length)] : undefined;
  switch (step.do) {
    case 'append':
      return world.append(`key${step.key}`, step.count);
    case 'wait':
      return world.runtime.advance(step.ms);
    case 'begin':
      instances.push(world.begin(`instance${instances.length}`, { faults, byPage }));
      return;
    case 'crash':
      chosen?.process.killAfter(step.afterSteps);
      return;
    case 'freeze':
      chosen?.process.freeze();
      return;
    case 'thaw':
      chosen?.process.thaw();
      return;
    case 'stop':
      void chosen?.processor.stop();
  }
}

describe.each([false, true])('an instance that dies at any step (by page: %s)', (byPage) => {
  it('leaves everything to the next, in order', async () => {
    for (let steps = 0; steps < 100; steps += 1) {
      const world = createWorld({ seed: steps + 1, ranges: 2 });
      for (let n = 0; n < 4; n += 1) for (const key of ['a', 'b', 'c']) await world.append(key, 2);
      world.begin('first', { byPage }).process.killAfter(steps);
      world.begin('second', { byPage });
      expect(await world.runtime.advanceUntil(world.complete, 20_000)).toBe(true);
      expect(outOfOrder(world.deliveries)).toEqual([]);
    }
  });
});

describe('a feed whose instances crash, freeze, wake, come and go while calls fail', () => {
  it('delivers every document at least once, first occurrences of each key in order, and leaves one owner per range', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 ** 30 }),
        fc.constantFrom(1, 2, 4),
        fc.boolean(),
        fc.array(action, { minLength: 5, maxLength: 40 }),
        async (seed, ranges, byPage, steps) => {
          const world = createWorld({ seed, ranges });
          const instances = [world.begin('instance0', { faults, byPage })];
          for (const step of steps) await perform(world, instances, step, byPage);
          for (const { process } of instances) process.thaw();
          // Whatever is left of the others, a newcomer without faults brings it to its end.
          for (const { process } of instances) process.killAfter(20);
          world.begin('last', { byPage });
          expect(await world.runtime.advanceUntil(world.complete, 120_000)).toBe(true);
          expect(outOfOrder(world.deliveries)).toEqual([]);
          await world.runtime.advance(30_000);
          expect(await world.leaseOwners()).toEqual(Array.from({ length: ranges }, () => 'last'));
          // A checkpoint, too, is where the work ended: nothing comes again.
          const deliveries = world.deliveries.length;
          await world.runtime.advance(10_000);
          expect(world.deliveries).toHaveLength(deliveries);
        },
      ),
      { numRuns: 150 },
    );
    // Each kind of fault did happen.
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(10);
  });
});
