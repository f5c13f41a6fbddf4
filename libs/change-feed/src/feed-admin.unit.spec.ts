import fc from 'fast-check';
import { createFeedAdmin } from './feed-admin.ts';
import { type Instance, type World, createWorld, outOfOrder } from './test-support/world.ts';

const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
const because = { actor: 'operator:ann', reason: 'a handler was mended' };

function adminOf(world: World) {
  const { leases, source, runtime } = world;
  return createFeedAdmin({ leases, source, runtime });
}

/** Lets time pass while it works. */
async function during<R>(world: World, work: Promise<R>): Promise<R> {
  let ended = false;
  const end = (): void => void (ended = true);
  void work.then(end, end);
  await world.runtime.advanceUntil(() => ended, 60_000);
  return work;
}

async function delivered(world: World, counts: readonly number[] = [1, 2, 3]): Promise<void> {
  for (const count of counts) for (const key of keys.slice(0, 3)) await world.append(key, Math.min(count, 2));
  await world.runtime.advanceUntil(world.complete, 60_000);
  await world.runtime.advance(1_000);
}

const shown = (world: World, from: number): readonly string[] =>
  world.deliveries.slice(from).map(({ key, n }) => `${key}${n}`);

describe('rewind', () => {
  it('to the beginning gives everything again, in order, while instances run', async () => {
    const world = createWorld({ ranges: 4 });
    for (const name of ['one', 'two']) world.begin(name);
    await delivered(world);
    const before = world.deliveries.length;
    const ranges = await during(world, adminOf(world).rewind({ feed: 'test', to: 'beginning', ...because }));
    expect(ranges.map(({ generation }) => generation)).toEqual([1, 1, 1, 1]);
    await world.runtime.advance(5_000);
    expect([...shown(world, before)].sort()).toEqual([...shown(world, 0).slice(0, before)].sort());
    for (const key of keys) {
      const again = world.deliveries.slice(before).filter((each) => each.key === key);
      expect(again.map(({ n }) => n)).toEqual(again.map((_, index) => index + 1));
    }
  });

  it('to a time gives what was written since', async () => {
    const world = createWorld({ ranges: 2 });
    world.begin('one');
    await delivered(world);
    await world.runtime.advance(60_000);
    const timeMs = world.runtime.now();
    await world.runtime.advance(2_000);
    await world.append('a');
    await world.append('e');
    await world.runtime.advance(2_000);
    const before = world.deliveries.length;
    await during(world, adminOf(world).rewind({ feed: 'test', to: { timeMs }, ...because }));
    await world.runtime.advance(5_000);
    expect([...shown(world, before)].sort()).toEqual(['a6', 'e1']);
  });

  it('to a position of one range gives what came after it there, and leaves the others alone', async () => {
    const world = createWorld({ ranges: 1 });
    world.begin('one');
    await delivered(world);
    const [feed] = await adminOf(world).feeds();
    const [range] = feed!.ranges;
    await world.append('a', 2);
    await world.runtime.advance(2_000);
    const before = world.deliveries.length;
    const to = { continuation: range!.continuation! };
    await during(world, adminOf(world).rewind({ feed: 'test', to, rangeId: range!.id, ...because }));
    await world.runtime.advance(5_000);
    expect(shown(world, before)).toEqual(['a6', 'a7']);
  });

  it('never skips what has not been done', async () => {
    const world = createWorld({ ranges: 1 });
    const one = world.begin('one');
    await delivered(world);
    one.process.kill();
    await world.append('a', 1);
    await world.runtime.advance(60_000);
    const range = (await world.source.feedRanges())[0]!;
    const { continuation } = await world.source.feedPage({ range, start: 'now', limit: 1 });
    const admin = adminOf(world);
    for (const to of [{ timeMs: world.runtime.now() }, { continuation }]) {
      const rewound = during(world, admin.rewind({ feed: 'test', to, rangeId: '0', ...because }));
      await expect(rewound).rejects.toMatchObject({ code: 'would-skip' });
    }
    const before = world.deliveries.length;
    world.begin('two');
    await world.runtime.advance(10_000);
    expect(shown(world, before)).toEqual(['a6']);
  });

  it('tells a handler that still runs, counts nothing that it finishes, and is written down', async () => {
    const world = createWorld({ ranges: 1 });
    const signals: AbortSignal[] = [];
    world.begin('one', {
      async handleKey(documents, { signal }) {
        signals.push(signal);
        if (signals.length === 1) await world.runtime.sleep(4_000, signal);
        world.deliver('one', documents);
      },
    });
    await world.append('a', 2);
    await world.runtime.advance(500);
    await during(world, adminOf(world).rewind({ feed: 'test', to: 'beginning', ...because }));
    await world.runtime.advance(2_500);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    const [lease] = await world.leaseDocuments();
    expect(lease).toMatchObject({ generation: 1, rewound: { ...because, to: 'beginning' }, owner: 'one' });
    expect(await adminOf(world).feeds()).toMatchObject([{ name: 'test', ranges: [{ rewound: because }] }]);
  });

  it.each([
    ['feed-unknown', { feed: 'other', to: 'beginning' }],
    ['range-unknown', { feed: 'test', to: 'beginning', rangeId: '77' }],
    ['bad-position', { feed: 'test', to: { continuation: 'rubbish' }, rangeId: '0' }],
    ['bad-position', { feed: 'test', to: { continuation: '1' } }],
  ] as const)('is refused: %s', async (code, request) => {
    const world = createWorld({ ranges: 2 });
    world.begin('one');
    await world.runtime.advance(1_000);
    await expect(during(world, adminOf(world).rewind({ ...request, ...because }))).rejects.toMatchObject({ code });
    expect((await world.leaseDocuments()).every(({ generation }) => generation === 0)).toBe(true);
  });

  it('gives everything again whatever happens meanwhile: crashes, sleeps, splits, lost answers', async () => {
    const faults = { answerLost: 0.05, requestLost: 0.05, unavailable: 0.05 };
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 ** 30 }),
        fc.array(
          fc.record({
            do: fc.constantFrom('append', 'append', 'rewind', 'split', 'join', 'crash', 'freeze', 'thaw'),
            which: fc.nat(5),
            pauseMs: fc.constantFrom(0, 30, 500, 2_500),
          }),
          { minLength: 4, maxLength: 20 },
        ),
        async (seed, changes) => {
          const world = createWorld({ seed, ranges: 2 });
          const instances: Instance[] = [world.begin('i', { faults })];
          await world.append('a', 2);
          await world.append('b', 2);
          await world.runtime.advanceUntil(world.complete, 20_000);
          const rewind = () => adminOf(world).rewind({ feed: 'test', to: 'beginning', ...because });
          for (const [index, { do: what, which, pauseMs }] of changes.entries()) {
            const { process } = instances[which % instances.length]!;
            if (what === 'append') await world.append(keys[which]!, 1 + (which % 3));
            else if (what === 'split') {
              const ranges = await world.source.feedRanges();
              if (ranges.length < 8) world.source.split(ranges[which % ranges.length]!.id);
            } else if (what === 'join') instances.push(world.begin(`i${index}`, { faults }));
            else if (what === 'crash') process.killAfter(which * 5);
            else if (what === 'rewind') await during(world, rewind());
            else process[what]();
            await world.runtime.advance(pauseMs);
          }
          const from = world.deliveries.length;
          await during(world, rewind());
          for (const { process } of instances) process.thaw();
          for (const { process } of instances) process.killAfter(20);
          world.begin('last');
          await world.runtime.advance(60_000);
          expect(outOfOrder(world.deliveries)).toEqual([]);
          const everything = new Set(shown(world, 0));
          expect(new Set(shown(world, from))).toEqual(everything);
          expect(world.complete()).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('the lag of a feed, seen from outside', () => {
  it('is that of its checkpoints, whether anybody works or not', async () => {
    const world = createWorld({ ranges: 1 });
    const one = world.begin('one');
    await delivered(world);
    expect(await adminOf(world).feedsWithLag()).toMatchObject([
      { name: 'test', ranges: [{ lagSeconds: 0, lagEvents: 0, owner: 'one' }] },
    ]);
    one.process.kill();
    for (let n = 0; n < 5; n += 1) await world.append('a');
    await world.runtime.advance(30_000);
    const [feed] = await adminOf(world).feedsWithLag();
    expect(feed?.ranges[0]?.lagEvents).toBe(5);
    expect(feed?.ranges[0]?.lagSeconds).toBeGreaterThan(28);
    expect(feed?.ranges[0]?.lagSeconds).toBeLessThanOrEqual(30);
  });

  it('is that of the container it follows, also where others of the same leases follow another one', async () => {
    const world = createWorld({ ranges: 1 });
    const entries = createWorld({ ranges: 1 });
    world.begin('one');
    const byOutbox = { name: 'outbox', source: entries.source, handleKey: async () => undefined };
    const two = world.begin('two', { with: byOutbox as never });
    await delivered(world);
    two.process.kill();
    for (let n = 0; n < 3; n += 1) await entries.append('a');
    await world.runtime.advance(5_000);
    const { leases, source, runtime } = world;
    const timeOf = () => runtime.now() - 7_000;
    const admin = createFeedAdmin({ leases, source, runtime, others: { outbox: { source: entries.source, timeOf } } });
    expect(await admin.feedsWithLag()).toMatchObject([
      { name: 'outbox', ranges: [{ lagEvents: 3, lagSeconds: 7 }] },
      { name: 'test', ranges: [{ lagEvents: 0 }] },
    ]);
    await during(world, admin.rewind({ feed: 'outbox', to: 'beginning', ...because }));
    expect(await admin.feedsWithLag()).toMatchObject([{ name: 'outbox', ranges: [{ generation: 1 }] }, {}]);
  });
});
