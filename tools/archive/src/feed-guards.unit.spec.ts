import type { StoredEvent } from '@daybook/eventstore';
import {
  type Container,
  type Document,
  type FeedRange,
  memoryContainer,
  subdivideRange,
  virtualRuntime,
} from '@daybook/ports';
import { feedGuards } from './feed-guards.ts';

const runtime = virtualRuntime({ seed: 3 });
const streams = Array.from({ length: 12 }, (_, index) => `stock-${index}`);

/** Twelve streams of two events each, all past the first of which feeds can have a position. */
async function world() {
  const events = memoryContainer<StoredEvent>({
    ...{ name: 'stock', runtime, feedRanges: 2 },
    partitionKey: ({ streamId }) => streamId,
  });
  const leases: Container = memoryContainer<Document>({ name: 'leases', runtime, partitionKey: ({ id }) => id });
  const write = async (version: number): Promise<void> => {
    for (const streamId of streams) {
      await events.batch(streamId, [{ kind: 'create', document: { id: String(version), streamId, version } }]);
    }
  };
  await write(1);
  const halves = await events.feedRanges();
  const positionOf = async (range: FeedRange) => (await events.feedPage({ range, limit: 1_000 })).continuation;
  const lease = (feed: string, range: FeedRange, more: object = {}) =>
    leases.batch(`${feed}.${range.id}`, [
      { kind: 'upsert', document: { id: `${feed}.${range.id}`, feed, range, ...more } },
    ]);
  const at = async (feed: string, ...ranges: readonly FeedRange[]) => {
    for (const range of ranges) await lease(feed, range, { continuation: await positionOf(range) });
  };
  /** Which streams may go up to a version. */
  const allowed = async (upToVersion: number, feeds: readonly string[] = ['relay']) => {
    const guards = await feedGuards({ feeds, events, leases });
    const found: string[] = [];
    for (const streamId of streams) {
      const answers = await Promise.all(guards.map((guard) => guard.allows(streamId, upToVersion)));
      if (answers.every(Boolean)) found.push(streamId);
    }
    return found;
  };
  return { events, leases, halves, lease, at, write, allowed, positionOf };
}

describe('Growth: deletion waits for every checkpoint of a feed', () => {
  it('and only for the streams that have not been passed', async () => {
    const { at, halves, allowed, write } = await world();
    await at('relay', ...halves);
    await write(2);
    await at('relay', halves[0]!);
    expect(await allowed(1)).toEqual(streams);
    const passed = await allowed(2);
    expect(passed.length).toBeGreaterThan(0);
    expect(passed.length).toBeLessThan(streams.length);
    await at('relay', halves[1]!);
    expect(await allowed(2)).toEqual(streams);
  });

  it('also where it reads in parts of the container’s ranges', async () => {
    const { at, halves, allowed, write } = await world();
    const parts = halves.flatMap((half) => subdivideRange(half, 3));
    await at('relay', ...parts);
    expect(await allowed(1)).toEqual(streams);
    await write(2);
    for (const part of parts.slice(1)) await at('relay', part);
    const passed = await allowed(2);
    expect(passed.length).toBeGreaterThan(0);
    expect(passed.length).toBeLessThan(streams.length);
    await at('relay', parts[0]!);
    expect(await allowed(2)).toEqual(streams);
  });

  it('through a split, before and after the parts have leases of their own', async () => {
    const { at, halves, allowed, write, lease, positionOf } = await world();
    await at('relay', ...halves);
    const [first, second] = subdivideRange(halves[0]!, 2) as [FeedRange, FeedRange];
    await lease('relay', halves[0]!, { continuation: await positionOf(halves[0]!), children: [first, second] });
    expect(await allowed(1)).toEqual(streams);
    await write(2);
    await at('relay', first, halves[1]!);
    expect((await allowed(2)).length).toBeLessThan(streams.length);
    await at('relay', second);
    expect(await allowed(2)).toEqual(streams);
  });

  it('of one that stands still, or of an old version, too: its leases are enough', async () => {
    const { at, halves, allowed, write } = await world();
    await at('relay', ...halves);
    await at('read-models@1', ...halves);
    await write(2);
    await at('relay', ...halves);
    expect(await allowed(2)).toEqual([]);
    expect(await allowed(1)).toEqual(streams);
    await at('read-models@1', ...halves);
    expect(await allowed(2)).toEqual(streams);
  });

  it('and nothing may go where there is none: not begun, rewound, planned, or of a part', async () => {
    const { at, halves, allowed, lease, leases } = await world();
    expect(await allowed(1)).toEqual([]);
    await at('relay', halves[0]!);
    expect(await allowed(1)).toEqual([]);
    await lease('relay', halves[1]!, { from: 'beginning' });
    expect(await allowed(1)).toEqual([]);
    await at('relay', halves[1]!);
    expect(await allowed(1)).toEqual(streams);
    await leases.batch('new~plan', [{ kind: 'create', document: { id: 'new~plan', feed: 'new', ranges: halves } }]);
    expect(await allowed(1)).toEqual([]);
  });

  it('but not for feeds of another container', async () => {
    const { at, halves, lease, events, leases } = await world();
    await at('relay', ...halves);
    await lease('outbox', halves[0]!, { continuation: 'of the outbox' });
    const guards = await feedGuards({ feeds: ['relay'], events, leases, elsewhere: ['outbox'] });
    expect(guards.map(({ name }) => name)).toEqual(['feed:relay']);
  });

  it('and nothing may go where one is too far behind to be looked at', async () => {
    const { at, halves, write, events, leases } = await world();
    await at('relay', ...halves);
    for (const version of [2, 3]) await write(version);
    const guards = await feedGuards({ feeds: ['relay'], events, leases, behindMax: 1 });
    expect(await guards[0]?.allows(streams[0]!, 1)).toBe(false);
  });
});
