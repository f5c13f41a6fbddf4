import fc from 'fast-check';
import { type Placement, fairShare, rangesToAskFor } from './balance.ts';
import { counts } from './test-support/process.ts';
import { type Instance, type World, createWorld, outOfOrder } from './test-support/world.ts';

const renewEveryMs = 1_500;
const leaseDurationMs = 5_000;
/** For requests under way and handlers that finish. */
const workMs = 300;

/** How many ranges each of these holds; ranges of others and free ones under `nobody`. */
async function holdings(world: World, live: readonly Instance[]): Promise<Readonly<Record<string, number>>> {
  const held: Record<string, number> = Object.fromEntries([...live.map(({ name }) => [name, 0]), ['nobody', 0]]);
  for (const { owner } of await world.leaseDocuments()) {
    const holder = owner !== undefined && owner in held ? owner : 'nobody';
    held[holder] = (held[holder] ?? 0) + 1;
  }
  return held;
}

async function isBalanced(world: World, live: readonly Instance[]): Promise<boolean> {
  const { nobody, ...held } = await holdings(world, live);
  return nobody === 0 && Math.max(...Object.values(held)) - Math.min(...Object.values(held)) <= 1;
}

async function msUntilBalanced(world: World, live: readonly Instance[], limitMs: number): Promise<number> {
  const fromMs = world.runtime.now();
  while (!(await isBalanced(world, live)) && world.runtime.now() - fromMs < limitMs) await world.runtime.advance(20);
  return world.runtime.now() - fromMs;
}

/** Nobody writes a lease after another has taken it. */
function fencedWrites(world: World): readonly string[] {
  const last = new Map<string, { readonly acquisitions: number; readonly owner: string | undefined }>();
  const wrong: string[] = [];
  for (const { id, acquisitions, owner } of world.leaseWrites) {
    const before = last.get(id) ?? { acquisitions: 0, owner: undefined };
    const sameHolder = owner === undefined || before.owner === undefined || before.owner === owner;
    const isLater = acquisitions === before.acquisitions + 1;
    if (!isLater && !(acquisitions === before.acquisitions && sameHolder)) wrong.push(id);
    last.set(id, { acquisitions, owner: owner ?? before.owner });
  }
  return wrong;
}

describe('an instance that joins', () => {
  it.each([2, 3, 5])('gets its part of 8 ranges within two renewals, as number %i', async (instances) => {
    const world = createWorld({ ranges: 8 });
    const live: Instance[] = [];
    for (let n = 1; n <= instances; n += 1) {
      live.push(world.begin(`i${n}`));
      expect(await msUntilBalanced(world, live, 60_000)).toBeLessThanOrEqual(2 * renewEveryMs + workMs);
    }
  });

  it('together with others, too', async () => {
    const world = createWorld({ ranges: 12, seed: 4 });
    const live = [world.begin('first')];
    await world.runtime.advance(5_000);
    for (const name of ['a', 'b', 'c']) live.push(world.begin(name));
    expect(await msUntilBalanced(world, live, 60_000)).toBeLessThanOrEqual(2 * renewEveryMs + workMs);
  });

  it.each([1, 2, 3, 4, 5])('together with others moves no range twice: seed %i', async (seed) => {
    const world = createWorld({ ranges: 12, seed });
    const live = [world.begin('first')];
    await world.runtime.advance(5_000);
    for (const name of ['a', 'b', 'c']) live.push(world.begin(name));
    await world.runtime.advance(10_000);
    expect(await isBalanced(world, live)).toBe(true);
    const moves = (await world.leaseDocuments()).reduce((sum, { acquisitions }) => sum + acquisitions - 1, 0);
    expect(moves).toBe(9);
  });

  it('gets a range only when what runs in it has ended, and goes on where that ended', async () => {
    const world = createWorld({ ranges: 2 });
    const handle = (name: string) => ({
      async handleKey(documents: Parameters<World['deliver']>[1]): Promise<void> {
        await world.runtime.sleep(2_000);
        world.deliver(name, documents);
      },
    });
    const slow = world.begin('slow', handle('slow'));
    await world.runtime.advance(1_000);
    for (const key of ['a', 'b', 'c', 'd', 'e']) await world.append(key);
    await world.runtime.advance(600);
    const live = [slow, world.begin('new', handle('new'))];
    await world.runtime.advance(20_000);
    expect(await isBalanced(world, live)).toBe(true);
    expect(world.deliveries).toHaveLength(5);
  });
});

it('an instance that leaves is replaced within two renewals', async () => {
  const world = createWorld({ ranges: 8 });
  const live = ['a', 'b', 'c', 'd'].map((name) => world.begin(name));
  await world.runtime.advance(10_000);
  void live.pop()?.processor.stop();
  expect(await msUntilBalanced(world, live, 60_000)).toBeLessThanOrEqual(2 * renewEveryMs + workMs);
});

it('a mark in the lease of a dead holder does not keep it alive', async () => {
  const world = createWorld({ ranges: 4 });
  const dead = world.begin('dead');
  await world.runtime.advance(2_000);
  dead.process.kill();
  const live = [world.begin('heir')];
  expect(await msUntilBalanced(world, live, 60_000)).toBeLessThanOrEqual(leaseDurationMs + 2 * renewEveryMs + workMs);
});

type Change = {
  readonly do: 'join' | 'leave' | 'die' | 'freeze' | 'thaw' | 'append';
  readonly which: number;
  readonly pauseMs: number;
};

describe('instances that join, leave, die, freeze and wake at random', () => {
  it('end balanced in time and then leave everything where it is; no lease is written by two; first occurrences stay in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 ** 30 }),
        fc.constantFrom(1, 3, 4, 8, 13),
        fc.boolean(),
        fc.array(
          fc.record<Change>({
            do: fc.constantFrom('join', 'join', 'leave', 'die', 'freeze', 'thaw', 'append', 'append'),
            which: fc.nat(7),
            pauseMs: fc.constantFrom(0, 50, 400, 1_600, 7_000),
          }),
          { minLength: 3, maxLength: 25 },
        ),
        async (seed, ranges, withFaults, changes) => {
          const world = createWorld({ seed, ranges });
          const faults = withFaults ? { answerLost: 0.03, requestLost: 0.03, unavailable: 0.03 } : {};
          let live: Instance[] = [world.begin('i0', { faults })];
          let frozen: Instance[] = [];
          const remove = (from: Instance[], which: number): readonly [Instance | undefined, Instance[]] => {
            const chosen = from[which % Math.max(1, from.length)];
            return [chosen, from.filter((each) => each !== chosen)];
          };
          for (const [index, { do: what, which, pauseMs }] of changes.entries()) {
            let chosen: Instance | undefined;
            if (what === 'append') await world.append(`key${which}`, 1 + (which % 3));
            else if (what === 'join') live.push(world.begin(`i${index + 1}`, { faults }));
            else if (what === 'thaw') {
              [chosen, frozen] = remove(frozen, which);
              chosen?.process.thaw();
              if (chosen !== undefined) live.push(chosen);
            } else if (live.length > 1) {
              [chosen, live] = remove(live, which);
              if (what === 'leave') void chosen?.processor.stop();
              else if (what === 'die') chosen?.process.kill();
              else if (chosen !== undefined) {
                chosen.process.freeze();
                frozen.push(chosen);
              }
            }
            await world.runtime.advance(pauseMs);
          }
          const limitMs = leaseDurationMs + 2 * renewEveryMs + workMs + (withFaults ? 8 * renewEveryMs : 0);
          expect(await msUntilBalanced(world, live, 120_000)).toBeLessThanOrEqual(limitMs);
          // Zombies that wake now find everything taken, and join.
          for (const { process } of frozen) process.thaw();
          const all = [...live, ...frozen];
          await world.runtime.advance(3 * renewEveryMs);
          expect(await msUntilBalanced(world, all, 120_000)).toBeLessThanOrEqual(limitMs);
          const taken = async () => (await world.leaseDocuments()).map(({ id, acquisitions }) => [id, acquisitions]);
          const before = await taken();
          await world.runtime.advance(10 * renewEveryMs);
          if (!withFaults) expect(await taken()).toEqual(before);
          expect(await isBalanced(world, all)).toBe(true);
          expect(fencedWrites(world)).toEqual([]);
          expect(await world.runtime.advanceUntil(world.complete, 60_000)).toBe(true);
          expect(outOfOrder(world.deliveries)).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(10);
  });
});

describe('what to ask for', () => {
  const placed = (...held: readonly number[]): readonly Placement[] =>
    held.flatMap((count, holder) =>
      Array.from({ length: count }, (_, n) => ({ rangeId: `${holder}/${n}`, holder: `i${holder}`, moving: false })),
    );

  it('evens out, and is nothing where nobody has two more', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { minLength: 1, maxLength: 8 }), (held) => {
        const [mine = 0, ...others] = held;
        const asked = rangesToAskFor(placed(...held), 'i0').length;
        const left = others.reduce((sum, count) => sum + count, 0) - asked;
        expect(left).toBeGreaterThanOrEqual(0);
        if (Math.max(0, ...others) < mine + 2) expect(asked).toBe(0);
        else expect(asked).toBeGreaterThan(0);
      }),
    );
  });

  it('counts who asks as somebody who gets', () => {
    const asked = { rangeId: 'x', holder: 'new', moving: true };
    expect(fairShare([...placed(3), asked], 'i0')).toEqual({ least: 2, most: 2 });
    expect(rangesToAskFor([{ ...asked, holder: 'i1' }, ...placed(0, 2)], 'i0')).toEqual(['1/0']);
  });
});
