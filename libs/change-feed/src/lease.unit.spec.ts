import { createWorld } from './test-support/world.ts';

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

  it('of a predecessor are taken at once, those of anybody else only when they have run out', async () => {
    const world = createWorld({ ranges: 2 });
    const dead = world.begin('slot-1/old');
    await world.runtime.advance(1_000);
    dead.process.freeze();
    world.begin('slot-2/new', { with: { succeeds: (owner) => owner.startsWith('slot-2/') } });
    await world.runtime.advance(2_000);
    expect(await world.leaseOwners()).toEqual(['slot-1/old', 'slot-1/old']);

    world.begin('slot-1/new', { with: { succeeds: (owner) => owner.startsWith('slot-1/') } });
    await world.runtime.advance(100);
    expect(await world.leaseOwners()).toEqual(['slot-1/new', 'slot-1/new']);
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
