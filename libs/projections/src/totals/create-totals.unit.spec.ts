import type { StoredEvent } from '@daybook/eventstore';
import { type Container, type ContainerCall, type Fault, memoryContainer, virtualRuntime } from '@daybook/ports';
import fc from 'fast-check';
import { type Added, addedEvent, createTally, foldOf, sumsOf } from '../test-support/tally.ts';
import { checkParity } from '../versions/parity.ts';
import { createTotals } from './create-totals.ts';

const partitionKey = ({ partition }: Readonly<Record<string, unknown>>): string => String(partition);
const stored = (runtime = virtualRuntime()) => ({
  runtime,
  container: memoryContainer({ name: 't', partitionKey, runtime }),
});
const line = (day: string, sku: string, units: number) => ({ day, sku, units });
const one = 'order-1';

describe('totals over many streams', () => {
  it('sum what each stream adds, once, however often it comes', async () => {
    const { runtime, container } = stored();
    const streams = new Map([
      [one, [addedEvent(one, 1, [line('d1', 'a', 2)]), addedEvent(one, 2, [line('d1', 'a', 2), line('d2', 'b', 1)])]],
      ['order-2', [addedEvent('order-2', 1, [line('d1', 'a', 5)])]],
    ]);
    const tally = createTally(container, runtime, streams);
    for (const _ of [1, 2]) for (const events of streams.values()) await tally.apply(events);
    await tally.apply((streams.get(one) ?? []).slice(1));
    expect(await sumsOf(tally)).toEqual({ 'd1~a': 7, 'd2~b': 1 });
    expect(await tally.list({ partitionKey: 'd1', limit: 5 })).toMatchObject({
      items: [{ day: 'd1', sku: 'a', units: 7 }],
    });
  });

  it('take back what a stream does not add any more', async () => {
    const { runtime, container } = stored();
    const tally = createTally(container, runtime, new Map());
    await tally.apply([addedEvent(one, 1, [line('d1', 'a', 2), line('d1', 'b', 1)])]);
    await tally.apply([addedEvent(one, 2, [line('d2', 'a', 2), line('d1', 'b', 3)])]);
    expect(await sumsOf(tally)).toEqual({ 'd1~b': 3, 'd2~a': 2 });
    await tally.apply([addedEvent(one, 3, [])]);
    expect(await sumsOf(tally)).toEqual({});
    expect(await tally.look('d1~b')).toBeUndefined();
  });

  it('take in a stream that adds to a thousand totals, in batches that the database takes', async () => {
    const { runtime, container } = stored();
    const tally = createTally(container, runtime, new Map());
    const many = (from: number) => Array.from({ length: 1_000 }, (_, n) => line('d1', `s${n + from}`, 1));
    await tally.apply([addedEvent(one, 1, many(0))]);
    await tally.apply([addedEvent(one, 2, many(500))]);
    const sums = await sumsOf(tally);
    expect([Object.keys(sums).length, sums['d1~s499'], sums['d1~s1499']]).toEqual([1_000, undefined, 1]);
  });

  it('are filled from the stream where the feed leaves a gap', async () => {
    const { runtime, container } = stored();
    const events = [1, 2, 3].map((version) => addedEvent(one, version, [line('d1', 'a', version)]));
    const tally = createTally(container, runtime, new Map([[one, events]]));
    await tally.apply(events.slice(2));
    expect(await sumsOf(tally)).toEqual({ 'd1~a': 3 });
    const broken = createTally(container, runtime, new Map(), 'broken');
    await expect(broken.apply(events.slice(2))).rejects.toMatchObject({ code: 'gap' });
  });

  it('keep out what somebody late would add, also where a stream adds the same in the end as at the beginning', async () => {
    const { runtime, container } = stored();
    const added = [0, 1, 0].map((units, index) => addedEvent(one, index + 1, [line('d1', 'a', units)]));
    const tally = createTally(container, runtime, new Map());
    await tally.apply(added.slice(0, 1));
    await tally.apply(added.slice(1));
    const memory = { ...container, read: async () => ({ requestCharge: 0 }) };
    const late = createTally(memory, runtime, new Map());
    await late.apply(added.slice(0, 2)).catch(() => undefined);
    expect(await sumsOf(tally)).toEqual({});
  });

  it('refuse shares that no sum can be made of', async () => {
    const { runtime, container } = stored();
    const bad = (added: Added, name: string) =>
      createTally(container, runtime, new Map(), name).apply([addedEvent(one, 1, added)]);
    await expect(bad([line('d1', 'a', 0.5)], 'b1')).rejects.toMatchObject({ code: 'bad-share' });
    await expect(bad([line('d~1', 'a', 1)], 'b2')).rejects.toMatchObject({ code: 'bad-share' });
    await expect(bad([line('d1', 'a', 1), line('d1', 'a', 1)], 'b3')).rejects.toMatchObject({ code: 'bad-share' });
    const reserved = createTotals<object, object>({
      ...{ name: 'b4', container, runtime, streams: 'order-', readStream: async () => [] },
      project: () => ({}),
      contribute: () => [{ partition: 'd1', key: 'a', fields: { hidden: 'x' }, values: {} }],
    });
    await expect(reserved.apply([addedEvent(one, 1, [])])).rejects.toMatchObject({ code: 'reserved-field' });
  });

  it('are compared between two builds', async () => {
    const { runtime, container } = stored();
    const [before, after] = ['tally@1', 'tally@2'].map((name) => createTally(container, runtime, new Map(), name));
    if (before === undefined || after === undefined) throw new Error('two builds');
    const events = Array.from({ length: 30 }, (_, n) =>
      addedEvent(`order-${n}`, 1, [line(`d${n % 3}`, 'a', n), line('d1', `s${n}`, 1)]),
    );
    for (const event of events) for (const build of [before, after]) await build.apply([event]);
    const compare = async () => {
      const report = checkParity({
        ...{ serving: { build: 1, documents: before }, candidate: { build: 2, documents: after } },
        ...{ comparable: (document: object) => document, runtime },
      });
      await runtime.advance(10_000);
      return report;
    };
    expect(await compare()).toMatchObject({ clean: true, counts: { serving: 33, candidate: 33 } });
    await after.apply([addedEvent('order-7', 2, [line('d1', 'a', 8), line('d1', 's7', 1)])]);
    expect(await compare()).toMatchObject({
      clean: false,
      samples: [{ key: 'd1~a', kind: 'different', fields: ['units'] }],
    });
  });

  it('are gone when they are cleared', async () => {
    const { runtime, container } = stored();
    const tally = createTally(container, runtime, new Map());
    await tally.apply([addedEvent(one, 1, [line('d1', 'a', 1)])]);
    expect([await tally.clear(2), await tally.clear(2), await tally.clear(2)]).toEqual([2, 1, 0]);
    expect((await container.query({ limit: 10 })).documents).toEqual([]);
  });
});

const lines = fc.uniqueArray(
  fc.record({
    day: fc.constantFrom('d1', 'd2'),
    sku: fc.constantFrom('a', 'b', 'c'),
    units: fc.integer({ min: -2, max: 5 }),
  }),
  { selector: ({ day, sku }) => `${day}${sku}`, maxLength: 4 },
);
const histories = fc.array(fc.array(lines, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 5 });
const deliveries = fc.array(
  fc.record({
    writer: fc.nat(1),
    stream: fc.nat(3),
    from: fc.nat(3),
    count: fc.integer({ min: 1, max: 4 }),
    pauseMs: fc.constantFrom(0, 0, 5, 40),
  }),
  { minLength: 10, maxLength: 40 },
);

/** Faults by chance, until they are switched off: a call that fails ends the attempt, as a crash would. */
function faults(random: () => number) {
  const state = { on: true, met: 0 };
  const kinds: readonly (Fault | undefined)[] = ['before', 'throttled', 'executed-but-lost', 'executed-but-lost'];
  const ask = (_: ContainerCall): Fault | undefined => {
    const fault = state.on ? kinds[Math.floor(random() * 25)] : undefined;
    if (fault !== undefined) state.met += 1;
    return fault;
  };
  return { ask, state };
}

it('equal a plain fold, whatever comes twice, late, out of order between streams, dies half done or loses its answer', async () => {
  let met = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 30 }), histories, deliveries, async (seed, all, given) => {
      const runtime = virtualRuntime({ seed });
      const fault = faults(runtime.random);
      const container: Container = memoryContainer({
        ...{ name: 'totals', runtime, partitionKey, faults: fault.ask },
        // One call in eight hangs, as in a process that is stopped and wakes up.
        latencyMs: () => runtime.random() * (runtime.random() < 0.12 ? 500 : 10),
      });
      const streams = new Map<string, readonly StoredEvent[]>(
        all.map((history, n) => {
          const streamId = `order-${n}`;
          return [streamId, history.map((added, index) => addedEvent(streamId, index + 1, added))];
        }),
      );
      // Two processes: the second may be one that should have stopped long ago.
      const writers = [createTally(container, runtime, streams), createTally(container, runtime, streams)];
      const deliver = async (): Promise<void> => {
        const running: Promise<void>[] = [];
        for (const { writer, stream, from, count, pauseMs } of given) {
          const events = (streams.get(`order-${stream}`) ?? []).slice(from, from + count);
          running.push(writers[writer]!.apply(events).catch(() => undefined));
          await runtime.sleep(pauseMs);
        }
        // What hangs wakes up after the last word was said.
        fault.state.on = false;
        for (const events of streams.values()) await writers[0]!.apply(events);
        await Promise.all(running);
      };
      let done = false;
      const delivered = deliver().finally(() => {
        done = true;
      });
      expect(await runtime.advanceUntil(() => done, 600_000)).toBe(true);
      await delivered;
      met += fault.state.met;
      const read = sumsOf(writers[1]!);
      await runtime.advance(1_000);
      expect(await read).toEqual(foldOf(streams));
    }),
    { numRuns: 300 },
  );
  expect(met).toBeGreaterThan(100);
});
