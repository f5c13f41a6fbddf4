import type { FeedMeasurement, FeedMetrics } from './feed-health.ts';
import { createWorld } from './test-support/world.ts';

/** What a collector would read now. */
function gauges() {
  const readers = new Map<string, () => readonly FeedMeasurement[]>();
  const counts = new Map<string, number>();
  const metrics: FeedMetrics = {
    count(name, value, { feed, during = '' }) {
      const counted = `${name} ${feed} ${during}`.trim();
      counts.set(counted, (counts.get(counted) ?? 0) + value);
    },
    observe(name, read) {
      readers.set(name, read);
      return () => void readers.delete(name);
    },
  };
  return { metrics, counts, read: (name: string) => readers.get(name)?.() };
}

describe('the lag of a range', () => {
  it('is nothing while all is done, however long nothing comes', async () => {
    const world = createWorld({ ranges: 2 });
    const { processor } = world.begin('one');
    await world.append('a', 3);
    await world.runtime.advance(60_000);
    expect(processor.health()).toMatchObject({ healthy: true, lagSeconds: 0, lagEvents: 0 });
  });

  it('is the age of the oldest document that is not done, and the number of those that are read', async () => {
    const world = createWorld({ ranges: 1 });
    const never = new Promise<void>(() => undefined);
    const startMs = world.runtime.now();
    const { processor } = world.begin('one', { handleKey: () => never, with: { timeOf: ({ n }) => startMs + n } });
    await world.append('a', 3);
    await world.append('b', 1);
    await world.runtime.advance(10_000);
    const [range] = processor.health().ranges;
    expect(range).toMatchObject({ lagEvents: 4, lagSeconds: (10_000 - 1) / 1_000 });
  });

  it('counts what has not even been read', async () => {
    const world = createWorld({ ranges: 1 });
    for (let n = 0; n < 60; n += 1) await world.append(`k${n}`);
    await world.runtime.advance(100_000);
    const { processor } = world.begin('one', {
      handleKey: () => new Promise(() => undefined),
      limits: { maxInFlight: 10 },
    });
    await world.runtime.advance(2_000);
    expect(processor.health().lagEvents).toBe(60);
    expect(processor.health().lagSeconds).toBeGreaterThan(100);
  });

  it('grows while the source cannot be read, though nothing is known of what is in it', async () => {
    const world = createWorld({ ranges: 1 });
    const faults = { unavailable: 0 };
    const { processor } = world.begin('one', { faults });
    await world.runtime.advance(10_000);
    expect(processor.health().lagSeconds).toBe(0);
    faults.unavailable = 1;
    await world.runtime.advance(30_000);
    expect(processor.health().lagSeconds).toBeGreaterThan(28);
    expect(processor.health().healthy).toBe(false);
  });

  it('is told by everybody where nobody holds the range', async () => {
    const world = createWorld({ ranges: 2 });
    const dead = world.begin('dead');
    await world.runtime.advance(1_000);
    dead.process.kill();
    // It sees the leases, and can take none.
    const looker = world.begin('looker', { faults: { requestLost: 1 } });
    await world.runtime.advance(30_000);
    expect(looker.processor.health().lagSeconds).toBeGreaterThan(20);
    expect(looker.processor.health().healthy).toBe(false);
  });
});

describe('the gauges', () => {
  it('say what health says, of ranges held here; after the stop they say nothing', async () => {
    const world = createWorld({ ranges: 2 });
    const { metrics, read } = gauges();
    let hold: Promise<void> | undefined = new Promise(() => undefined);
    const one = world.begin('one', { handleKey: async () => hold, with: { metrics } });
    world.begin('two', { handleKey: async () => undefined });
    await world.runtime.advance(5_000);
    for (const key of ['a', 'b', 'c', 'd']) await world.append(key);
    await world.runtime.advance(7_000);
    const held = one.processor.health().ranges.filter(({ owned }) => owned);
    expect(held).toHaveLength(1);
    expect(held[0]?.lagSeconds).toBeGreaterThan(5);
    const attributes = { feed: 'test', range: held[0]?.id };
    expect(read('projection.lag_seconds')).toEqual([{ value: held[0]?.lagSeconds, attributes }]);
    expect(read('projection.lag_events')).toEqual([{ value: held[0]?.lagEvents, attributes }]);
    hold = undefined;
    void one.processor.stop();
    await world.runtime.advance(15_000);
    expect(one.processor.health()).toMatchObject({ running: false, healthy: false });
    expect(read('projection.lag_seconds')).toBeUndefined();
  });
});

describe('the counters', () => {
  it.each(['handleKey', 'handlePage'])('count what is done once, and every failure: %s', async (mode) => {
    const world = createWorld({ ranges: 1 });
    const { metrics, counts } = gauges();
    let failures = 2;
    const handle = (): Promise<void> => (failures-- > 0 ? Promise.reject(new Error('cannot')) : Promise.resolve());
    await world.append('a', 3);
    world.begin('one', {
      ...(mode === 'handleKey' ? { handleKey: handle } : { handlePage: handle }),
      with: { metrics },
    });
    await world.runtime.advance(5_000);
    expect(Object.fromEntries(counts)).toEqual({
      'change_feed.documents test': 3,
      'change_feed.errors test handle': 2,
    });
  });
});
