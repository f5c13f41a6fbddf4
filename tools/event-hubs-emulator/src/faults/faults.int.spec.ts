import type { EventHubProducerClient } from '@azure/event-hubs';
import type { HubFault, HubFaultPlan, SeededHubFault } from '../index.ts';
import type { Started } from '../test-support.ts';
import { errorOf, numbered, receive, startEmulator } from '../test-support.ts';

/** A send whose link goes is not told so: it waits for this. */
const impatient = { timeoutInMs: 500, retryDelayInMs: 10, maxRetries: 0 };
const persistent = { ...impatient, maxRetries: 20 };

/** A client whose link was detached forgets to end its renewal of tokens (45 min), which keeps the process from ending. */
function endLongTimersWithTheProcess(): () => void {
  const original = globalThis.setTimeout;
  const patched = (callback: () => void, ms?: number): NodeJS.Timeout => {
    const timer = original(callback, ms);
    return (ms ?? 0) > 60_000 ? timer.unref() : timer;
  };
  globalThis.setTimeout = Object.assign(patched, original) as typeof setTimeout;
  return () => {
    globalThis.setTimeout = original;
  };
}

describe('faults from a seed, as the Event Hubs SDK meets them', () => {
  let started: Started;
  let nowMs: number;
  let restoreTimers: () => void;
  beforeAll(() => {
    restoreTimers = endLongTimersWithTheProcess();
  });
  afterAll(() => restoreTimers());
  beforeEach(async () => {
    nowMs = 1_700_000_000_000;
    started = await startEmulator({ now: () => nowMs });
  });
  afterEach(() => started.stop());

  const producer = (retries = persistent): EventHubProducerClient =>
    started.producer('orders', started.connectionString, retries);
  const rule = (more: Partial<SeededHubFault>): HubFaultPlan => ({
    seed: 1,
    rules: [{ fault: { kind: 'server-busy' }, chance: 1, ...more }],
  });
  const last = (partition = '0'): number =>
    started.emulator.lag()[0]?.partitions[Number(partition)]?.lastSequenceNumber ?? NaN;
  const stored = async (partition = '0'): Promise<number[]> => {
    const count = last(partition) + 1;
    if (count === 0) return [];
    return (await receive(started.consumer(), partition, count)).map((event) => event.body.number as number);
  };
  const send = async (client: EventHubProducerClient, number: number, partitionId = '0'): Promise<string> =>
    client.sendBatch(numbered(1, number), { partitionId }).then(
      () => 'sent',
      async (error: unknown) => String((await errorOf(Promise.reject(error as Error))).code),
    );

  describe.each<[HubFault, string, boolean]>([
    [{ kind: 'server-busy' }, 'ServerBusyError', false],
    [{ kind: 'commit-failure' }, 'InternalServerError', false],
    [{ kind: 'detach' }, 'OperationTimeoutError', false],
    [{ kind: 'forced-close' }, 'OperationTimeoutError', false],
    [{ kind: 'socket-drop' }, 'OperationTimeoutError', false],
    [{ kind: 'ack-lost' }, 'OperationTimeoutError', true],
    [{ kind: 'ack-lost', by: 'detach' }, 'OperationTimeoutError', true],
    [{ kind: 'ack-lost', by: 'forced-close' }, 'OperationTimeoutError', true],
    [{ kind: 'delay', ms: 20 }, 'sent', true],
  ])('%j of a send', (fault, told, isStored) => {
    const plan = (): void =>
      started.emulator.faults.plan(rule({ fault, timesMax: 1, match: { operations: ['send'], partitions: ['0'] } }));

    it(`tells "${told}" to a client that does not try again, and ${isStored ? 'has' : 'has not'} stored it`, async () => {
      const client = producer(impatient);
      await send(client, 0);
      plan();
      expect(await send(client, 1)).toBe(told);
      expect(await stored()).toEqual(isStored ? [0, 1] : [0]);
      expect(started.emulator.faults.injected()).toEqual({ [fault.kind]: 1 });
    });

    it('is got over by one that does, in order', async () => {
      const client = producer();
      await send(client, 0);
      plan();
      expect([await send(client, 1), await send(client, 2)]).toEqual(['sent', 'sent']);
      expect(await stored()).toEqual(fault.kind === 'ack-lost' ? [0, 1, 1, 2] : [0, 1, 2]);
    });
  });

  it.each<[HubFault, string]>([
    [{ kind: 'detach' }, 'detach'],
    [{ kind: 'forced-close' }, 'forced-close'],
    [{ kind: 'socket-drop' }, 'socket-drop'],
    [{ kind: 'delay', ms: 30 }, 'delay'],
  ])('%j of a delivery: the consumer goes on where it was, without being told', async (fault, name) => {
    await producer().sendBatch(numbered(30), { partitionId: '1' });
    const match = { operations: ['receive'], consumerGroups: ['PROJECTIONS'] } as const;
    started.emulator.faults.plan(rule({ fault, timesMax: 2, match }));
    const consumer = started.consumer('orders', 'projections');
    const more = (async () => {
      while (started.emulator.faults.injected()[name] !== 2) await new Promise((resume) => setTimeout(resume, 5));
      await producer().sendBatch(numbered(5, 30), { partitionId: '1' });
    })();
    const events = await receive(consumer, '1', 35, { offset: '-1' }, { maxBatchSize: 4 });
    await more;
    expect(events.map((event) => event.sequenceNumber)).toEqual(events.map((_event, index) => index));
    expect(events).toHaveLength(35);
  });

  it.each<[SeededHubFault['fault'], 'attach' | 'request']>([
    [{ kind: 'server-busy' }, 'attach'],
    [{ kind: 'forced-close' }, 'attach'],
    [{ kind: 'server-busy' }, 'request'],
    [{ kind: 'socket-drop' }, 'request'],
    [{ kind: 'delay', ms: 20 }, 'request'],
  ])('%j of an %s: the client tries again', async (fault, operation) => {
    started.emulator.faults.plan(rule({ fault, timesMax: 1, match: { operations: [operation] } }));
    expect(await send(producer(), 0)).toBe('sent');
    expect(Object.values(started.emulator.faults.injected())).toEqual([1]);
    expect(await stored()).toEqual([0]);
  });

  // The SDK takes this for an error it does not know, and gives up though it may try again.
  it('a socket that is gone when a link is opened ends the send at once', async () => {
    started.emulator.faults.plan(
      rule({ fault: { kind: 'socket-drop' }, timesMax: 1, match: { operations: ['attach'] } }),
    );
    const client = producer();
    expect(await send(client, 0)).toBe('undefined');
    expect(await send(client, 0)).toBe('sent');
    expect(await stored()).toEqual([0]);
  });

  it('loses nothing acknowledged and keeps first occurrences in order, whatever happens', async () => {
    const kinds = ['server-busy', 'commit-failure', 'detach', 'forced-close', 'socket-drop', 'ack-lost'] as const;
    const rules = kinds.map((kind) => ({
      fault: { kind },
      chance: 0.05,
      timesMax: 2,
      match: { operations: ['send'] as const },
    }));
    started.emulator.faults.plan({ seed: 11, rules: [...rules, { fault: { kind: 'delay', ms: 10 }, chance: 0.1 }] });
    const lanes = ['0', '1'].map(async (partition) => {
      const client = producer();
      for (let number = 0; number < 80; number += 1) expect(await send(client, number, partition)).toBe('sent');
    });
    await Promise.all(lanes);
    expect(Object.keys(started.emulator.faults.injected()).sort()).toEqual([...kinds, 'delay'].sort());
    started.emulator.faults.clear();
    for (const partition of ['0', '1']) {
      const numbers = await stored(partition);
      expect([...new Set(numbers)]).toEqual(Array.from({ length: 80 }, (_unused, number) => number));
    }
  });

  it('a failed commit takes those with it that share it, and all are stored by their next attempt', async () => {
    const fault = { kind: 'commit-failure' } as const;
    const clients = Array.from({ length: 4 }, () => producer());
    await Promise.all(clients.map((client, lane) => send(client, 0, String(lane))));
    started.emulator.faults.plan(rule({ fault, timesMax: 1 }));
    expect(await Promise.all(clients.map((client, lane) => send(client, 1, String(lane))))).toEqual(
      Array(4).fill('sent'),
    );
    for (const partition of ['0', '1', '2', '3']) expect(await stored(partition)).toEqual([0, 1]);
  });

  it('keeps the order of sends behind one that waits', async () => {
    const client = producer();
    await send(client, 0);
    started.emulator.faults.plan(rule({ fault: { kind: 'delay', ms: 60 }, timesMax: 1 }));
    await Promise.all([1, 2, 3].map((number) => send(client, number)));
    expect(await stored()).toEqual([0, 1, 2, 3]);
  });

  it('strikes where, as often and as long as asked, and the same for the same seed', async () => {
    const client = producer({ ...impatient, timeoutInMs: 3000 });
    const run = async (plan: HubFaultPlan, count: number, partition = '0'): Promise<string> => {
      started.emulator.faults.plan(plan);
      let told = '';
      for (let n = 0; n < count; n += 1) told += (await send(client, n, partition)) === 'sent' ? '.' : 'x';
      return told;
    };
    const match = { hubs: ['ORDERS'], partitions: ['1'], operations: ['send'] } as const;
    expect(await run(rule({ match }), 2, '0')).toBe('..');
    expect(await run(rule({ match: { hubs: ['payments'] } }), 2, '1')).toBe('..');
    expect(await run(rule({ match, timesMax: 2 }), 4, '1')).toBe('xx..');
    started.emulator.faults.plan(rule({ match, untilMs: 1000 }));
    expect(await send(client, 0, '1')).toBe('ServerBusyError');
    nowMs += 1000;
    expect(await send(client, 0, '1')).toBe('sent');
    const first = await run({ ...rule({ match, chance: 0.4 }), seed: 3 }, 40, '1');
    expect(await run({ ...rule({ match, chance: 0.4 }), seed: 3 }, 40, '1')).toBe(first);
    expect(await run({ ...rule({ match, chance: 0.4 }), seed: 4 }, 40, '1')).not.toBe(first);
    expect(started.emulator.faults.current()).toMatchObject({ seed: 4 });
  });

  it('is administered over a port of loopback', async () => {
    const { url } = await started.emulator.listenAdmin({ port: 0 });
    const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
      const response = await fetch(`${url}${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, ...(response.status === 204 ? {} : ((await response.json()) as object)) };
    };
    const client = producer(impatient);
    expect(await call('POST', '/faults', rule({ timesMax: 1, match: { operations: ['send'] } }))).toEqual({
      status: 204,
    });
    expect(await send(client, 0)).toBe('ServerBusyError');
    expect(await call('GET', '/faults')).toMatchObject({ plan: { seed: 1 }, injected: { 'server-busy': 1 } });
    expect(await call('DELETE', '/faults')).toEqual({ status: 200, injected: { 'server-busy': 1 } });
    expect(await call('GET', '/admin/lag')).toMatchObject({ hubs: [{ hub: 'orders' }] });
    expect(await call('POST', '/faults', { seed: 1, rules: [{}] })).toMatchObject({
      status: 400,
      message: expect.stringContaining('rules[0].chance'),
    });
    expect(await call('GET', '/requests')).toMatchObject({ status: 404 });
  });

  it.each<[string, object]>([
    ['fault.kind', { fault: { kind: 'fire' } }],
    ['fault.by', { fault: { kind: 'ack-lost', by: 'fire' } }],
    ['fault.ms', { fault: { kind: 'delay' } }],
    ['fault has no field "by"', { fault: { kind: 'detach', by: 'drop' } }],
    [
      'match.operations must be some of send: that is where commit-failure strikes',
      { fault: { kind: 'commit-failure' }, match: { operations: ['receive'] } },
    ],
    ['match.hubs', { match: { hubs: [] } }],
    ['match has no field', { match: { hub: 'orders' } }],
    ['untilMs', { untilMs: 0 }],
  ])('refuses a plan by naming %s', (field, change) => {
    expect(() => started.emulator.faults.plan(rule(change))).toThrow(`rules[0].${field}`);
  });
});
