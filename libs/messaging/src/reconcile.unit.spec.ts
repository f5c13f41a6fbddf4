import type { HubName } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import { type HubReader, memoryHub, type MemoryHub, type VirtualRuntime, virtualRuntime } from '@daybook/ports';
import { reconcile, type ReconcileOptions, republish } from './reconcile.ts';
import { createRelay, eventRoute, replyRoute, type Route } from './relay.ts';
import { storedEvent } from './test-support/messages.ts';

/** Of every event. */
const recordedAtMs = Date.parse(storedEvent('order-a', 1).recordedAt);
const hubNames = ['order-events', 'saga-inputs'] as const satisfies readonly HubName[];
const route: Route = (event) => [eventRoute('order-events', 'order'), replyRoute('order')].flatMap((to) => to(event));

interface World {
  readonly runtime: VirtualRuntime;
  readonly hubs: ReadonlyMap<HubName, MemoryHub>;
  readonly streams: Map<string, readonly StoredEvent[]>;
  publish(...events: readonly StoredEvent[]): Promise<void>;
  reconcile(
    options?: Partial<ReconcileOptions> & { readonly parked?: readonly string[] },
  ): ReturnType<typeof reconcile>;
}

/** Two streams of three events each, some of which answer a saga. */
function createWorld(): World {
  const runtime = virtualRuntime({ seed: 1 });
  const hubs = new Map<HubName, MemoryHub>(hubNames.map((name) => [name, memoryHub({ name, partitions: 2, runtime })]));
  const relay = createRelay({ route, producers: (hub) => hubs.get(hub)!.producer() });
  const streams = new Map<string, readonly StoredEvent[]>(
    ['order-a', 'order-b'].map((id) => [
      id,
      [storedEvent(id, 1), storedEvent(id, 2, `FulfilOrder:${id}/confirm/-/do/0`), storedEvent(id, 3)],
    ]),
  );
  return {
    ...{ runtime, hubs, streams },
    publish: (...events) => relay.publish(events),
    reconcile: ({ parked = [], ...options } = {}) =>
      reconcile({
        services: { order: { streams, route, parked: new Set(parked) } },
        readers: new Map([...hubs].map(([name, hub]) => [name, hub.reader()])),
        readAtMs: recordedAtMs + 600_000,
        ...options,
      }),
  };
}

const all = ({ streams }: World): readonly StoredEvent[] => [...streams.values()].flat();
const named = (found: readonly { readonly hub: string; readonly messageId: string }[]): readonly string[] =>
  found.map(({ hub, messageId }) => `${hub} ${messageId}`);

/** A hub that has forgotten the first messages of each partition. */
function forgetful(reader: HubReader, forgotten: number): HubReader {
  return {
    ...reader,
    async read(partitionId, onMessages) {
      await reader.read(partitionId, (messages) => onMessages(messages.slice(forgotten)));
      return { removed: true };
    },
  };
}

describe('store and hubs', () => {
  it('agree where everything was published, some of it twice and late', async () => {
    const world = createWorld();
    await world.publish(...all(world));
    await world.publish(...all(world).slice(0, 2));
    expect(await world.reconcile()).toEqual({
      ...{ expected: 8, found: 8, notRetained: 0, underWay: 0 },
      ...{ gaps: [], lost: [], differing: [] },
    });
  });

  it('that lack what was never published show it, and have it after a republish, in order', async () => {
    const world = createWorld();
    const [first, ...others] = all(world);
    await world.publish(...[first].filter((event) => event !== undefined));
    const { gaps, found } = await world.reconcile();
    expect(found).toBe(1);
    expect(named(gaps)).toEqual([
      ...others.map(({ eventId }) => `order-events ${eventId}`),
      ...['saga-inputs order-a/2', 'saga-inputs order-b/2'],
    ]);
    expect(gaps[0]).toMatchObject({ service: 'order', streamId: 'order-a', version: 2 });
    expect(await republish(gaps, (hub) => world.hubs.get(hub)!.producer())).toBe(7);
    expect(await world.reconcile()).toMatchObject({ found: 8, gaps: [], lost: [] });
    const stored = ['0', '1'].flatMap((id) => world.hubs.get('order-events')!.stored(id));
    const ofA = stored.filter(({ key }) => key === 'order-a').map(({ messageId }) => messageId);
    expect(ofA).toEqual(['order-a/1', 'order-a/2', 'order-a/3']);
  });

  it('that have what the store has lost, or has otherwise, show it', async () => {
    const world = createWorld();
    await world.publish(...all(world));
    const [one, two] = world.streams.get('order-a') ?? [];
    if (one === undefined || two === undefined) throw new Error('no events');
    world.streams.set('order-a', [one, { ...two, data: { by: 77 } }]);
    const { lost, differing, gaps } = await world.reconcile();
    expect(named(lost)).toEqual(['order-events order-a/3']);
    expect(lost[0]).toMatchObject({ service: 'order', key: 'order-a', message: { streamversion: 3 } });
    expect(named(differing)).toEqual(['order-events order-a/2', 'saga-inputs order-a/2']);
    expect(gaps).toEqual([]);
  });

  it('are not judged by what is under way: young, or parked', async () => {
    const world = createWorld();
    const young = await world.reconcile({ readAtMs: recordedAtMs + 30_000 });
    expect(young).toMatchObject({ underWay: 8, gaps: [] });
    expect(await world.reconcile({ readAtMs: recordedAtMs + 30_000, graceMs: 0 })).toMatchObject({ underWay: 0 });
    const parked = await world.reconcile({ parked: ['order-a'] });
    expect(parked.underWay).toBe(4);
    expect(parked.gaps).toHaveLength(4);
    await world.runtime.advance(5_000);
    await world.publish(...all(world));
    world.streams.clear();
    expect(await world.reconcile({ readAtMs: world.runtime.now() })).toMatchObject({ lost: [] });
  });

  it('are not judged by what a hub has forgotten by its age, but by what it cannot have forgotten', async () => {
    const world = createWorld();
    // Recorded before the hub's oldest message, and forgotten: 1. Its successor 2 is there, so 3 should be.
    await world.runtime.advance(24 * 3_600_000);
    await world.publish(...(world.streams.get('order-a') ?? []).slice(0, 2));
    const reader = world.hubs.get('order-events')?.reader();
    if (reader === undefined) throw new Error('no hub');
    const sagas = world.hubs.get('saga-inputs')!.reader();
    const readers = new Map<HubName, HubReader>([
      ['order-events', forgetful(reader, 1)],
      ['saga-inputs', forgetful(sagas, 0)],
    ]);
    world.streams.delete('order-b');
    const { gaps, notRetained, found } = await world.reconcile({ readers, readAtMs: world.runtime.now() + 600_000 });
    expect(named(gaps)).toEqual(['order-events order-a/3']);
    expect([notRetained, found]).toEqual([1, 2]);
  });

  it('cannot be compared without a reader of each hub', async () => {
    const world = createWorld();
    await expect(world.reconcile({ readers: new Map() })).rejects.toThrow('no reader of order-events');
  });
});
