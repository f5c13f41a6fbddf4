import { timelineLine } from './report/timeline.ts';
import { run } from './run.ts';
import { simulate } from './simulate.ts';
import { calm } from './world/options.ts';
import { paths } from './workload/paths.ts';

const clock = (): number => performance.now();

describe('simulated histories', () => {
  it('keep every invariant, and meet everything that they should', async () => {
    const { runs, failed, coverage } = await simulate({ from: 1, seeds: 200, clock });
    expect(failed.map(({ seed, violations }) => ({ seed, violations }))).toEqual([]);
    expect(coverage.missed).toEqual([]);
    expect(runs).toBe(200);
  }, 240_000);

  it.each([3, 17, 42])('are the same from the same seed, to the last message (seed %d)', async (seed) => {
    const [one, other] = [await run({ seed }), await run({ seed })];
    expect(other).toEqual(one);
    expect((await run({ seed: seed + 1 })).hash).not.toBe(one.hash);
  });

  it('are the same whether somebody looks or not', async () => {
    const told: string[] = [];
    const looked = await run({ seed: 5, onNote: (...note) => told.push(timelineLine(...note)) });
    expect(looked).toEqual(await run({ seed: 5 }));
    expect(told.some((line) => line.includes('SagaStarted'))).toBe(true);
    expect(told[0]).toMatch(/^ +0\.000 s {2}order-1\/1 +starts$/);
  });

  it.each([
    ['fulfilled', 'FulfilOrder completed'],
    ['out of stock', 'turned round at reserve: refused'],
    ['declined', 'turned round at authorize: refused'],
    ['unknown', 'turned round at authorize: unknown'],
    ['cancelled before the pivot', 'turned round at authorize: cancelled'],
    ['cancelled after the pivot', 'cancel cancelled after the pivot: refused'],
    ['returned', 'ReturnOrder completed'],
  ] as const)('without faults, an order that is %s goes its way', async (path, counter) => {
    const { violations, tally } = await run({ seed: 1, profile: calm, plan: paths[path] });
    expect(violations).toEqual([]);
    expect(tally[counter]).toBeGreaterThanOrEqual(1);
  });
});
