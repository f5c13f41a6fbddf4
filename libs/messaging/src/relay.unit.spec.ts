import { createFeedProcessor, type FeedLimits } from '@daybook/change-feed';
import type { StoredEvent } from '@daybook/eventstore';
import {
  type Container,
  type Fault,
  type HubCall,
  HubError,
  type HubProducer,
  memoryContainer,
  memoryHub,
  type MemoryHub,
  type Runtime,
  type VirtualRuntime,
  virtualRuntime,
} from '@daybook/ports';
import { createDeadLetters } from './dead-letters.ts';
import { feedParking, feedReplay } from './feed-parking.ts';
import { createRelay, eventRoute, type Relay, replyRoute } from './relay.ts';
import { storedEvent } from './test-support/messages.ts';

const partitions = 4;

interface World {
  readonly runtime: VirtualRuntime;
  readonly hubs: ReadonlyMap<string, MemoryHub>;
  readonly relay: Relay;
}

function createWorld(options: { seed?: number; faults?: (runtime: Runtime, call: HubCall) => Fault | undefined } = {}) {
  const runtime = virtualRuntime({ seed: options.seed ?? 1 });
  const hubs = new Map(
    ['order-events', 'saga-inputs'].map((name) => [
      name,
      memoryHub({ name, partitions, runtime, faults: (call) => options.faults?.(runtime, call) }),
    ]),
  );
  const routes = [eventRoute('order-events', 'order'), replyRoute('order')];
  const relay = createRelay({
    route: (event) => routes.flatMap((route) => route(event)),
    producers: (hub) => hubs.get(hub)!.producer(),
  });
  return { runtime, hubs, relay } satisfies World;
}

/** What a hub holds of each key, in its order. */
function byKey({ hubs }: Pick<World, 'hubs'>, hub: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (let id = 0; id < partitions; id += 1) {
    for (const { key, messageId } of hubs.get(hub)!.stored(String(id))) (found[key] ??= []).push(messageId);
  }
  return found;
}

/** First occurrences only. */
const firsts = (ids: readonly string[] = []): readonly string[] => [...new Set(ids)];

describe('a page', () => {
  it('keeps the order of each stream, whatever the order of a transaction', async () => {
    const world = createWorld();
    const page = [
      storedEvent('order-a', 2),
      storedEvent('order-b', 1),
      storedEvent('order-a', 1),
      storedEvent('order-a', 3),
    ];
    await world.relay.handlePage(page);
    expect(byKey(world, 'order-events')).toEqual({
      'order-a': ['order-a/1', 'order-a/2', 'order-a/3'],
      'order-b': ['order-b/1'],
    });
  });

  it('sends answers to sagas to their inputs as well, keyed by saga', async () => {
    const world = createWorld();
    await world.relay.handlePage([
      storedEvent('order-a', 1),
      storedEvent('order-a', 2, 'FulfilOrder:a/confirm/-/do/0'),
      storedEvent('order-a', 3, 'FulfilOrder:a/confirm/-/do/0/outcome'),
      storedEvent('order-a', 4, 'FulfilOrder:a/confirm/-/do/0/2'),
    ]);
    expect(byKey(world, 'saga-inputs')).toEqual({ 'FulfilOrder:a': ['order-a/2', 'order-a/3', 'order-a/4'] });
    expect(byKey(world, 'order-events')['order-a']).toHaveLength(4);
  });

  it('fails when a hub did not acknowledge, and given again is stored again in order', async () => {
    let lost = 1;
    const world = createWorld({ faults: () => (lost-- > 0 ? 'executed-but-lost' : undefined) });
    const page = [storedEvent('order-a', 1), storedEvent('order-a', 2)];
    await expect(world.relay.handlePage(page)).rejects.toMatchObject({ code: 'unavailable' });
    await world.relay.handlePage(page);
    expect(byKey(world, 'order-events')).toEqual({ 'order-a': ['order-a/1', 'order-a/2', 'order-a/1', 'order-a/2'] });
  });

  it('that failed for one hub only is whole after the next attempt', async () => {
    let failing = true;
    const world = createWorld({ faults: (_, { hub }) => (failing && hub === 'saga-inputs' ? 'before' : undefined) });
    const page = [storedEvent('order-a', 1, 'FulfilOrder:a/confirm/-/do/0')];
    await expect(world.relay.handlePage(page)).rejects.toMatchObject({ hub: 'saga-inputs' });
    failing = false;
    await world.relay.handlePage(page);
    expect(byKey(world, 'saga-inputs')).toEqual({ 'FulfilOrder:a': ['order-a/1'] });
  });
});

describe('with a place to park', () => {
  const createParkingWorld = () => {
    const world = createWorld();
    const letters = memoryContainer({
      ...{ name: 'letters', runtime: world.runtime },
      partitionKey: ({ partition }) => String(partition),
    });
    const deadLetters = createDeadLetters({ container: letters, runtime: world.runtime });
    let defect: ((event: StoredEvent) => void) | undefined;
    const relay = createRelay({
      route: (event) => {
        defect?.(event);
        return eventRoute('order-events', 'order')(event);
      },
      producers: (hub) => world.hubs.get(hub)!.producer(),
      parking: feedParking({ consumer: 'feed:relay', service: 'order', deadLetters }),
    });
    const parked = async () =>
      (await deadLetters.list('feed:relay')).messages.map(({ messageId, errorType }) => [messageId, errorType]);
    return { ...world, relay, deadLetters, parked, break: (how: typeof defect) => void (defect = how) };
  };
  const page = [storedEvent('order-a', 1), storedEvent('order-a', 2), storedEvent('order-b', 1)];
  const huge = { ...storedEvent('order-a', 1), data: { text: 'x'.repeat(1_100_000) } };

  it.each<[string, readonly StoredEvent[], ((event: StoredEvent) => void) | undefined, string]>([
    ['that no hub takes', [huge, ...page.slice(1)], undefined, 'too-large'],
    [
      'that a route fails on',
      page,
      ({ eventId }) => {
        if (eventId === 'order-a/1') throw new TypeError('no such field');
      },
      'TypeError',
    ],
  ])(
    'an event %s is parked with what follows in its stream, and the others are sent',
    async (_name, events, how, type) => {
      const world = createParkingWorld();
      world.break(how);
      for (const attempt of [1, 2]) await expect(world.relay.handlePage(events, { attempt })).rejects.toThrow();
      expect(await world.parked()).toEqual([]);
      await world.relay.handlePage(events, { attempt: 3 });
      expect(await world.parked()).toEqual([
        ['order-a/1', type],
        ['order-a/2', ''],
      ]);
      await world.relay.handlePage([storedEvent('order-a', 3), storedEvent('order-b', 2)]);
      expect(await world.parked()).toHaveLength(3);
      const stored = byKey(world, 'order-events');
      expect(stored['order-a']).toBeUndefined();
      expect(firsts(stored['order-b'])).toEqual(['order-b/1', 'order-b/2']);

      world.break(undefined);
      const replayed = feedReplay(async (streamId, version) => storedEvent(streamId, version), world.relay.publish);
      expect(await world.deadLetters.replay('feed:relay', 'order-a', replayed)).toEqual({
        replayed: 3,
        unblocked: true,
      });
      await world.relay.handlePage([storedEvent('order-a', 4)]);
      expect(byKey(world, 'order-events')['order-a']).toEqual([1, 2, 3, 4].map((version) => `order-a/${version}`));
    },
  );

  it('nothing is parked while a hub is away', async () => {
    const world = createParkingWorld();
    world.break(() => {
      throw new HubError('unavailable', 'order-events', 'away');
    });
    for (const attempt of [1, 2, 3, 4, 50]) await expect(world.relay.handlePage(page, { attempt })).rejects.toThrow();
    expect(await world.parked()).toEqual([]);
  });
});

describe('behind a feed processor', () => {
  const streams = ['order-a', 'order-b', 'order-c'];
  const versions = 6;

  const begin = (
    { runtime }: World,
    containers: { readonly source: Container<StoredEvent>; readonly leases: Container },
    instance: string,
    handlePage: Relay['handlePage'],
    limits: Partial<FeedLimits> = { pageSize: 4 },
  ) => {
    const processor = createFeedProcessor<StoredEvent>({
      name: 'relay',
      instance,
      runtime,
      ...containers,
      keyOf: ({ streamId }) => streamId,
      orderOf: ({ version }) => version,
      limits,
      handlePage,
    });
    void processor.start();
    return processor;
  };

  const fill = async (runtime: Runtime) => {
    const source = memoryContainer<StoredEvent>({ name: 'orders', runtime, partitionKey: (event) => event.streamId });
    const leases = memoryContainer({ name: 'leases', runtime, partitionKey: ({ id }) => id });
    for (let version = 1; version <= versions; version += 2) {
      for (const streamId of streams) {
        const both = [storedEvent(streamId, version + 1), storedEvent(streamId, version)];
        await source.batch(
          streamId,
          both.map((document) => ({ kind: 'create', document })),
        );
      }
    }
    return { source, leases };
  };

  const complete = (world: World) => {
    const stored = byKey(world, 'order-events');
    return streams.every((stream) => firsts(stored[stream]).length === versions);
  };
  const inOrder = Object.fromEntries(
    streams.map((stream) => [stream, Array.from({ length: versions }, (_, index) => `${stream}/${index + 1}`)]),
  );
  const firstsOf = (world: World) =>
    Object.fromEntries(Object.entries(byKey(world, 'order-events')).map(([key, ids]) => [key, firsts(ids)]));

  it('loses nothing when it dies between the send and the checkpoint, wherever that is', async () => {
    let died = 0;
    for (let pages = 1; died === pages - 1; pages += 1) {
      const world = createWorld({ seed: pages });
      const containers = await fill(world.runtime);
      let left = pages;
      // Killed: what was sent stays sent, and nothing after it happens any more.
      const killed: Container = {
        ...containers.leases,
        batch: (key, operations) =>
          left > 0 ? containers.leases.batch(key, operations) : new Promise(() => undefined),
      };
      begin(world, { ...containers, leases: killed }, 'first', async (documents) => {
        if (left <= 0) return new Promise(() => undefined);
        left -= 1;
        return world.relay.handlePage(documents);
      });
      await world.runtime.advance(1_000);
      if (left === 0) died += 1;
      const second = begin(world, containers, 'second', world.relay.handlePage);
      expect(await world.runtime.advanceUntil(() => complete(world), 60_000)).toBe(true);
      expect(firstsOf(world)).toEqual(inOrder);
      void second.stop();
    }
    expect(died).toBeGreaterThanOrEqual(4);
  });

  it('sends full batches under load, never two of one stream at a time, and one event at once when idle', async () => {
    const sends: { readonly partition: string; readonly messages: number }[] = [];
    let mostOfOneStream = 0;
    const world = createWorld();
    const inHand = new Map<string, number>();
    const slow = (producer: HubProducer): HubProducer => ({
      ...producer,
      async send(partition, messages) {
        sends.push({ partition, messages: messages.length });
        const keys = new Set(messages.map(({ key }) => key));
        for (const key of keys) inHand.set(key, (inHand.get(key) ?? 0) + 1);
        mostOfOneStream = Math.max(mostOfOneStream, ...inHand.values());
        await world.runtime.sleep(20);
        for (const key of keys) inHand.set(key, (inHand.get(key) ?? 1) - 1);
        await producer.send(partition, messages);
      },
    });
    const relay = createRelay({
      route: eventRoute('order-events', 'order'),
      producers: (hub) => slow(world.hubs.get(hub)!.producer()),
    });
    const { runtime } = world;
    const source = memoryContainer<StoredEvent>({ name: 'orders', runtime, partitionKey: (event) => event.streamId });
    const leases = memoryContainer({ name: 'leases', runtime, partitionKey: ({ id }) => id });
    const append = (streamId: string, version: number) =>
      source.batch(streamId, [{ kind: 'create', document: storedEvent(streamId, version) }]);
    for (let version = 1; version <= 10; version += 1) {
      for (let n = 0; n < 200; n += 1) await append(`order-${n}`, version);
    }
    const processor = begin(world, { source, leases }, 'one', relay.handlePage, { pageSize: 500, maxInFlight: 1_500 });
    const sent = () => sends.reduce((sum, { messages }) => sum + messages, 0);
    expect(await runtime.advanceUntil(() => sent() === 2_000, 60_000)).toBe(true);
    // Pages of 500, each divided over 4 partitions: 80 messages a send and more, where single sends would have been 2,000.
    expect(sends.length).toBeLessThanOrEqual(25);
    expect(mostOfOneStream).toBe(1);

    await runtime.advance(5_000);
    await append('order-1', 11);
    const appendedAtMs = runtime.now();
    processor.nudge();
    expect(await runtime.advanceUntil(() => sent() === 2_001, 60_000)).toBe(true);
    expect(runtime.now() - appendedAtMs).toBeLessThanOrEqual(10);
    void processor.stop();
  });

  it.each([1, 2, 3, 4, 5])('sends everything, first occurrences in order, while sends fail (seed %i)', async (seed) => {
    const counts: Partial<Record<Fault, number>> = {};
    const world = createWorld({
      seed,
      faults: (runtime, { kind }) => {
        if (kind !== 'send' || runtime.random() > 0.4) return undefined;
        const fault = runtime.random() < 0.5 ? 'before' : 'executed-but-lost';
        counts[fault] = (counts[fault] ?? 0) + 1;
        return fault;
      },
    });
    const processor = begin(world, await fill(world.runtime), 'only', world.relay.handlePage);
    expect(await world.runtime.advanceUntil(() => complete(world), 600_000)).toBe(true);
    expect(firstsOf(world)).toEqual(inOrder);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    void processor.stop();
  });
});
