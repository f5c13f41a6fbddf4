import { createWorld } from './test-support/world.ts';

describe('polling', () => {
  it('is idle without changes and immediate after a nudge', async () => {
    const world = createWorld({ ranges: 1 });
    const { processor } = world.begin('one', { limits: { pollIdleMs: 10_000 } });
    await world.runtime.advance(25_000);
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
  it('hands the ranges to the others', async () => {
    const world = createWorld();
    const first = world.begin('first');
    await world.runtime.advance(1_000);
    const second = world.begin('second');
    await world.runtime.advance(3_000);
    expect(second.processor.health().ranges.filter(({ owned }) => owned)).toHaveLength(2);
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
