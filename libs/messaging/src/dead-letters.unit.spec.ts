import type { CloudEvent } from '@daybook/contracts';
import type { Container } from '@daybook/ports';
import { createDeadLetters } from './dead-letters.ts';
import { consumerName, createConsumerWorld, nameOf, received } from './test-support/consumer-world.ts';

const bad = new Error('bad');

/** Notes what is replayed. */
function recorder(): { readonly replayed: string[]; readonly handle: (message: CloudEvent) => Promise<void> } {
  const replayed: string[] = [];
  return { replayed, handle: async (message) => void replayed.push(nameOf(message)) };
}

async function withParked(...ids: readonly string[]) {
  const world = createConsumerWorld();
  for (const [index, id] of ids.entries()) await world.deadLetters.park(consumerName, received(id, index), bad, 5);
  return world;
}

describe('parking', () => {
  it('the same message twice leaves it there once', async () => {
    const world = await withParked('a1');
    await world.deadLetters.park(consumerName, received('a1', 0), bad, 5);
    expect(await world.parked()).toEqual(['a1']);
  });

  it('behind a key that is not parked does nothing and says so', async () => {
    const world = await withParked('a1');
    expect(await world.deadLetters.parkBehind(consumerName, received('b1', 7))).toBe(false);
    expect(await world.deadLetters.parkBehind(consumerName, received('a2', 8))).toBe(true);
    expect(await world.parked()).toEqual(['a1', 'a2']);
  });

  it('behind its key leaves a message that is there with what it says of its failure', async () => {
    const world = await withParked('a1');
    await world.deadLetters.parkBehind(consumerName, received('a2', 1));
    const before = (await world.deadLetters.list(consumerName, { key: 'a' })).messages;
    const again = [received('a1', 0), received('a2', 1), received('a3', 2)];
    expect(await world.deadLetters.parkBehind(consumerName, ...again)).toBe(true);
    expect(await world.deadLetters.parkBehind(consumerName, ...again)).toBe(true);
    const after = (await world.deadLetters.list(consumerName, { key: 'a' })).messages;
    expect(after.slice(0, 2)).toEqual(before);
    expect(after.map(({ error, attempts }) => [error, attempts])).toEqual([
      ['bad', 5],
      ['behind a parked message of its key', 0],
      ['behind a parked message of its key', 0],
    ]);
    expect((await world.deadLetters.groups(consumerName)).groups).toMatchObject([{ failed: 1, behind: 2 }]);
  });

  it('keeps no endless error', async () => {
    const world = createConsumerWorld();
    await world.deadLetters.park(consumerName, received('a1', 0), new Error('x'.repeat(100_000)), 5);
    const [parked] = (await world.deadLetters.list(consumerName)).messages;
    expect(parked?.error).toHaveLength(4_000);
  });
});

describe('a list', () => {
  it('has the messages of one key in order, page by page', async () => {
    const world = createConsumerWorld();
    for (const place of [10, 9, 100, 1]) {
      await world.deadLetters.park(consumerName, received(`a${place}`, place), bad, 1);
    }
    await world.deadLetters.park(consumerName, received('b1', 2), bad, 1);
    const first = await world.deadLetters.list(consumerName, { key: 'a', limit: 3 });
    const second = await world.deadLetters.list(consumerName, {
      key: 'a',
      limit: 3,
      continuation: first.continuation!,
    });
    expect([...first.messages, ...second.messages].map(({ sequenceNumber }) => sequenceNumber)).toEqual([
      1, 9, 10, 100,
    ]);
    expect(second.continuation).toBeUndefined();
  });

  it('shows one consumer only, and nothing of how it is stored', async () => {
    const world = await withParked('a1');
    expect((await world.deadLetters.list('another')).messages).toEqual([]);
    const [parked] = (await world.deadLetters.list(consumerName)).messages;
    expect(parked).toEqual({
      consumer: consumerName,
      key: 'a',
      partitionId: '0',
      sequenceNumber: 0,
      messageId: 'a1/1',
      message: received('a1', 0).body,
      error: 'bad',
      errorType: 'Error',
      stack: expect.stringContaining('bad'),
      attempts: 5,
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
      traceId: '00000000000000000000000000000001',
      parkedAt: '2010-12-01T00:00:00.000Z',
    });
  });
});

describe('a replay', () => {
  it('handles a key in order and unblocks it, and leaves the others alone', async () => {
    const world = await withParked('a1', 'b1', 'a2', 'a3');
    const { replayed, handle } = recorder();
    expect(await world.deadLetters.replay(consumerName, 'a', handle)).toEqual({ replayed: 3, unblocked: true });
    expect(replayed).toEqual(['a1', 'a2', 'a3']);
    expect([...(await world.deadLetters.load(consumerName))]).toEqual(['b']);
    expect(await world.deadLetters.replay(consumerName, 'a', handle)).toEqual({ replayed: 0, unblocked: true });
  });

  it('goes through more than one page', async () => {
    const ids = Array.from({ length: 120 }, (_, index) => `a${index}`);
    const world = await withParked(...ids);
    const { replayed, handle } = recorder();
    await world.deadLetters.replay(consumerName, 'a', handle);
    expect(replayed).toEqual(ids);
  });

  it('stops at a message that still fails, and goes on from there', async () => {
    const world = await withParked('a1', 'a2', 'a3');
    world.failing.set('a2', bad);
    const handle = async (message: CloudEvent): Promise<void> => {
      const error = world.failing.get(nameOf(message));
      if (error !== undefined) throw error;
    };
    expect(await world.deadLetters.replay(consumerName, 'a', handle)).toEqual({
      replayed: 1,
      unblocked: false,
      stoppedAt: { messageId: 'a2/1', error: bad },
    });
    expect(await world.parked()).toEqual(['a2', 'a3']);
    expect([...(await world.deadLetters.load(consumerName))]).toEqual(['a']);
    world.failing.clear();
    expect(await world.deadLetters.replay(consumerName, 'a', handle)).toEqual({ replayed: 2, unblocked: true });
  });

  it('stops at a message that is no CloudEvent', async () => {
    const world = createConsumerWorld();
    await world.deadLetters.park(consumerName, { ...received('a1', 0), body: 'garbage' }, bad, 0);
    const outcome = await world.deadLetters.replay(consumerName, 'a', recorder().handle);
    expect(outcome).toMatchObject({ replayed: 0, unblocked: false, stoppedAt: { messageId: 'a1/1' } });
  });

  it('takes what is parked meanwhile with it', async () => {
    const world = await withParked('a1');
    const { replayed, handle } = recorder();
    const outcome = await world.deadLetters.replay(consumerName, 'a', async (message) => {
      if (replayed.length === 0) await world.deadLetters.parkBehind(consumerName, received('a2', 1));
      await handle(message);
    });
    expect(replayed).toEqual(['a1', 'a2']);
    expect(outcome).toEqual({ replayed: 2, unblocked: true });
  });

  it('does not unblock over a message parked in the last moment', async () => {
    const world = await withParked('a1');
    const late = [received('a2', 1)];
    const container: Container = {
      ...world.container,
      async batch(key, operations) {
        const [operation] = operations;
        const unblocks = operation?.kind === 'delete' && operation.id === 'marker';
        for (const message of unblocks ? late.splice(0) : []) await world.deadLetters.parkBehind(consumerName, message);
        return world.container.batch(key, operations);
      },
    };
    const { replayed, handle } = recorder();
    await createDeadLetters({ container, runtime: world.runtime }).replay(consumerName, 'a', handle);
    expect(late).toEqual([]);
    expect(replayed).toEqual(['a1', 'a2']);
    expect([...(await world.deadLetters.load(consumerName))]).toEqual([]);
  });

  it('that dies at any call, answered or not, is finished by the next, with at most one message given twice', async () => {
    let died = 0;
    for (const fault of ['before', 'executed-but-lost'] as const) {
      for (let call = 1, finished = false; !finished; call += 1) {
        let left = Infinity;
        const world = createConsumerWorld({ containerFaults: () => ((left -= 1) === 0 ? fault : undefined) });
        for (const [index, id] of ['a1', 'a2'].entries()) {
          await world.deadLetters.park(consumerName, received(id, index), bad, 5);
        }
        const { replayed, handle } = recorder();
        left = call;
        finished = await world.deadLetters.replay(consumerName, 'a', handle).then(
          () => true,
          () => false,
        );
        left = Infinity;
        if (!finished) died += 1;
        expect(await world.deadLetters.replay(consumerName, 'a', handle)).toMatchObject({ unblocked: true });
        expect([...new Set(replayed)]).toEqual(['a1', 'a2']);
        expect(replayed.length).toBeLessThanOrEqual(3);
        expect(await world.parked()).toEqual([]);
      }
    }
    expect(died).toBeGreaterThan(10);
  });
});

describe('a discard', () => {
  const discard = (world: Awaited<ReturnType<typeof withParked>>, key: string, id?: string) =>
    world.deadLetters.discard(consumerName, key, id);

  it("removes a key's messages and unblocks it, and leaves the others alone", async () => {
    const world = await withParked('a1', 'b1', 'a2');
    expect(await discard(world, 'a')).toEqual({ discarded: ['a1/1', 'a2/1'], unblocked: true });
    expect(await world.parked()).toEqual(['b1']);
    expect([...(await world.deadLetters.load(consumerName))]).toEqual(['b']);
    expect(await discard(world, 'a')).toEqual({ discarded: [], unblocked: true });
  });

  it('of one message keeps its key blocked while others are left', async () => {
    const world = await withParked('a1', 'a2');
    expect(await discard(world, 'a', 'a1/1')).toEqual({ discarded: ['a1/1'], unblocked: false });
    expect(await discard(world, 'a', 'a9/1')).toEqual({ discarded: [], unblocked: false });
    expect([...(await world.deadLetters.load(consumerName))]).toEqual(['a']);
    expect(await discard(world, 'a', 'a2/1')).toEqual({ discarded: ['a2/1'], unblocked: true });
    expect([...(await world.deadLetters.load(consumerName))]).toEqual([]);
  });

  it('of a message that was parked alone leaves nothing', async () => {
    const world = createConsumerWorld();
    await world.deadLetters.parkAlone(consumerName, received('a1', 0), bad, 1);
    expect(await discard(world, 'a', 'a1/1')).toEqual({ discarded: ['a1/1'], unblocked: true });
    expect(await world.parked()).toEqual([]);
  });

  it('goes through more than one page', async () => {
    const ids = Array.from({ length: 220 }, (_, index) => `a${index}`);
    const world = await withParked(...ids);
    expect((await discard(world, 'a')).discarded).toEqual(ids.map((id) => `${id}/1`));
    expect(await world.parked()).toEqual([]);
  });

  it('keeps what is parked meanwhile, and the key blocked for it', async () => {
    const world = await withParked('a1');
    const late = [received('a2', 1)];
    const container: Container = {
      ...world.container,
      async batch(key, operations) {
        for (const message of late.splice(0)) await world.deadLetters.parkBehind(consumerName, message);
        return world.container.batch(key, operations);
      },
    };
    const { discard: slow } = createDeadLetters({ container, runtime: world.runtime });
    expect(await slow(consumerName, 'a')).toEqual({ discarded: ['a1/1'], unblocked: false });
    expect(await world.parked()).toEqual(['a2']);
    expect([...(await world.deadLetters.load(consumerName))]).toEqual(['a']);
  });

  it('that dies at any call, answered or not, is finished by the next', async () => {
    let died = 0;
    for (const fault of ['before', 'executed-but-lost'] as const) {
      for (let call = 1, finished = false; !finished; call += 1) {
        let left = Infinity;
        const world = createConsumerWorld({ containerFaults: () => ((left -= 1) === 0 ? fault : undefined) });
        for (const [index, id] of ['a1', 'a2'].entries()) {
          await world.deadLetters.park(consumerName, received(id, index), bad, 5);
        }
        left = call;
        finished = await world.deadLetters.discard(consumerName, 'a').then(
          () => true,
          () => false,
        );
        left = Infinity;
        if (!finished) died += 1;
        expect(await world.deadLetters.discard(consumerName, 'a')).toMatchObject({ unblocked: true });
        expect(await world.parked()).toEqual([]);
        expect([...(await world.deadLetters.load(consumerName))]).toEqual([]);
      }
    }
    expect(died).toBeGreaterThan(8);
  });
});

describe('failures of one kind', () => {
  const strange = new TypeError('strange');
  /** Keys a and b failed alike, c otherwise; b has one behind. */
  const withKinds = async () => {
    const world = createConsumerWorld();
    const park = (id: string, place: number, error: Error) =>
      world.deadLetters.park(consumerName, received(id, place), error, 5);
    await park('a1', 0, new Error('line 7 of "x" is missing'));
    await park('b1', 1, new Error('line 12 of "y" is missing'));
    await park('c1', 2, strange);
    await world.deadLetters.parkBehind(consumerName, received('b2', 3), received('b3', 4));
    const { groups } = await world.deadLetters.groups(consumerName);
    return { world, groups, fingerprint: groups[0]?.fingerprint ?? '' };
  };

  it('are counted, with what stands behind them', async () => {
    const { world, groups } = await withKinds();
    expect(groups).toMatchObject([
      { failed: 2, behind: 2, errorType: 'Error', type: 'Count', consumer: consumerName },
      { failed: 1, behind: 0, errorType: 'TypeError', keys: ['c'] },
    ]);
    expect([...(groups[0]?.keys ?? [])].sort()).toEqual(['a', 'b']);
    expect(await world.deadLetters.groups('another')).toEqual({ groups: [], complete: true });
  });

  it('are replayed together, each key whole and in order; others stay', async () => {
    const { world, fingerprint } = await withKinds();
    const { replayed, handle } = recorder();
    const outcome = await world.deadLetters.replayGroup(consumerName, fingerprint, handle);
    expect(outcome).toEqual({ keys: 2, replayed: 4, stoppedAt: [], more: false });
    expect(replayed.filter((id) => id.startsWith('b'))).toEqual(['b1', 'b2', 'b3']);
    expect(await world.parked()).toEqual(['c1']);
    expect([...(await world.deadLetters.load(consumerName))]).toEqual(['c']);
  });

  it('that still fail tell where, and the others are replayed', async () => {
    const { world, fingerprint } = await withKinds();
    const outcome = await world.deadLetters.replayGroup(consumerName, fingerprint, async (message) => {
      if (nameOf(message) === 'a1') throw bad;
    });
    expect(outcome).toEqual({
      keys: 2,
      replayed: 3,
      stoppedAt: [{ key: 'a', messageId: 'a1/1', error: bad }],
      more: false,
    });
    expect(await world.parked()).toEqual(['a1', 'c1']);
  });

  it('of messages that were parked alone are replayed without the others of their key', async () => {
    const world = createConsumerWorld();
    await world.deadLetters.parkAlone(consumerName, received('a1', 0), bad, 1);
    await world.deadLetters.parkAlone(consumerName, received('a2', 1), strange, 1);
    const { groups } = await world.deadLetters.groups(consumerName);
    const { replayed, handle } = recorder();
    const fingerprint = groups.find(({ errorType }) => errorType === 'TypeError')?.fingerprint ?? '';
    await world.deadLetters.replayGroup(consumerName, fingerprint, handle);
    expect(replayed).toEqual(['a2']);
    expect(await world.parked()).toEqual(['a1']);
  });

  it('are discarded together; what stands behind them stays, and its key blocked', async () => {
    const { world, fingerprint } = await withKinds();
    const outcome = await world.deadLetters.discardGroup(consumerName, fingerprint);
    expect({ ...outcome, discarded: [...outcome.discarded].sort() }).toEqual({
      ...{ keys: 2, discarded: ['a1/1', 'b1/1'], blocked: ['b'], more: false },
    });
    expect(await world.parked()).toEqual(['b2', 'b3', 'c1']);
    const { replayed, handle } = recorder();
    expect(await world.deadLetters.replay(consumerName, 'b', handle)).toEqual({ replayed: 2, unblocked: true });
    expect(replayed).toEqual(['b2', 'b3']);
  });
});

describe('a consumer', () => {
  it('notices without a restart that a key was unblocked', async () => {
    const world = createConsumerWorld({ partitions: 1 });
    world.failing.set('a1', bad);
    await world.send('a1', 'a2');
    const consumer = world.begin('one', { maxAttempts: 1 });
    await world.runtime.advance(1_000);
    world.failing.clear();
    const { replayed, handle } = recorder();
    await world.deadLetters.replay(consumerName, 'a', handle);
    expect(replayed).toEqual(['a1', 'a2']);
    await world.send('a3');
    expect(await world.untilHandled(1)).toBe(true);
    expect(world.handled).toEqual(['a3']);
    expect(consumer.health().parkedKeys).toBe(0);
  });

  it.each(Array.from({ length: 20 }, (_, index) => index + 1))(
    'that goes on parking during replays loses nothing and keeps the order (seed %i)',
    async (seed) => {
      const world = createConsumerWorld({ seed, partitions: 1 });
      const ids = Array.from({ length: 12 }, (_, index) => `a${String(index).padStart(2, '0')}`);
      world.failing.set('a03', bad).set('a07', bad);
      world.begin('one', { maxAttempts: 1, batchMax: 2 });
      for (const id of ids) {
        await world.send(id);
        await world.runtime.advance(world.runtime.random() * 15);
        if (world.runtime.random() < 0.4) void world.deadLetters.replay(consumerName, 'a', world.handle);
      }
      await world.runtime.advance(10_000);
      world.failing.clear();
      const replay = world.deadLetters.replay(consumerName, 'a', world.handle);
      await world.runtime.advance(10_000);
      expect(await replay).toMatchObject({ unblocked: true });
      expect([...new Set(world.handled)]).toEqual(ids);
      expect(await world.parked()).toEqual([]);
    },
  );
});
