import { createFeedProcessor, type FeedProcessor } from '@daybook/change-feed';
import type { StoredEvent } from '@daybook/eventstore';
import { type Container, ContainerError, memoryContainer, type VirtualRuntime, virtualRuntime } from '@daybook/ports';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import { type EventParking, feedParking, feedReplay } from './feed-parking.ts';
import { storedEvent } from './test-support/messages.ts';

const consumer = 'feed:summaries';

interface World {
  readonly runtime: VirtualRuntime;
  readonly deadLetters: DeadLetters;
  /** `<stream>/<version>`, as they were handled, and when. */
  readonly handled: { readonly id: string; readonly atMs: number }[];
  /** Ids that cannot be handled, and why. */
  readonly failing: Map<string, Error>;
  append(streamId: string, ...versions: readonly number[]): Promise<void>;
  begin(instance: string): { readonly processor: FeedProcessor; readonly parking: EventParking };
  replay(key: string): ReturnType<DeadLetters['replay']>;
  versions(streamId: string): readonly number[];
  parked(): Promise<readonly string[]>;
}

function createWorld(ranges = 4): World {
  const runtime = virtualRuntime({ seed: 7 });
  const source = memoryContainer<StoredEvent>({
    ...{ name: 'orders', runtime, feedRanges: ranges },
    partitionKey: ({ streamId }) => streamId,
  });
  const leases = memoryContainer({ name: 'leases', runtime, partitionKey: ({ id }) => id });
  const letters = memoryContainer({ name: 'letters', runtime, partitionKey: ({ partition }) => String(partition) });
  const deadLetters = createDeadLetters({ container: letters, runtime });
  const handled: { id: string; atMs: number }[] = [];
  const failing = new Map<string, Error>();
  const handle = async (events: readonly StoredEvent[]): Promise<void> => {
    for (const { eventId } of events) {
      await runtime.sleep(2);
      const error = failing.get(eventId);
      if (error !== undefined) throw error;
      handled.push({ id: eventId, atMs: runtime.now() });
    }
  };
  const readEvent = async (streamId: string, version: number) =>
    (await source.read(streamId, String(version))).document as StoredEvent | undefined;
  return {
    runtime,
    deadLetters,
    handled,
    failing,
    async append(streamId, ...versions) {
      const documents = versions.map((version) => storedEvent(streamId, version));
      await source.batch(
        streamId,
        documents.map((document) => ({ kind: 'create', document })),
      );
    },
    begin(instance) {
      const parking = feedParking({ consumer, service: 'order', deadLetters });
      const processor = createFeedProcessor<StoredEvent>({
        ...{ name: 'summaries', instance, runtime, leases, parking },
        source: source as Container<StoredEvent>,
        keyOf: ({ streamId }) => streamId,
        orderOf: ({ version }) => version,
        handleKey: handle,
      });
      void processor.start();
      return { processor, parking };
    },
    replay: (key) => deadLetters.replay(consumer, key, feedReplay(readEvent, handle)),
    versions: (streamId) =>
      handled.filter(({ id }) => id.startsWith(`${streamId}/`)).map(({ id }) => Number(id.slice(id.indexOf('/') + 1))),
    async parked() {
      return (await deadLetters.list(consumer, { limit: 1_000 })).messages.map(({ messageId }) => messageId);
    },
  };
}

const poisoned = 'order-500';
const defect = new TypeError('cannot read properties of undefined');

/** 1,000 orders with an event each second for four seconds; how long each event of the others waited. */
async function thousandOrders(world: World): Promise<readonly number[]> {
  const appendedAtMs = new Map<string, number>();
  for (const version of [1, 2, 3, 4]) {
    for (let n = 0; n < 1_000; n += 1) {
      await world.append(`order-${n}`, version);
      appendedAtMs.set(`order-${n}/${version}`, world.runtime.now());
    }
    await world.runtime.advance(1_000);
  }
  await world.runtime.advance(30_000);
  return world.handled
    .filter(({ id }) => !id.startsWith(`${poisoned}/`))
    .map(({ id, atMs }) => atMs - (appendedAtMs.get(id) ?? 0))
    .sort((a, b) => a - b);
}

describe('one poisoned order among 1,000', () => {
  it('delays none of the others; after the fix it and its followers are replayed in order', async () => {
    const healthy = createWorld();
    healthy.begin('one');
    const waitsMs = await thousandOrders(healthy);

    const world = createWorld();
    const { processor, parking } = world.begin('one');
    world.failing.set(`${poisoned}/2`, defect);
    const waitsBesideMs = await thousandOrders(world);

    expect(waitsMs).toHaveLength(3_996);
    expect(waitsBesideMs).toHaveLength(3_996);
    const at = (waits: readonly number[], share: number): number => waits[Math.floor(waits.length * share)] ?? NaN;
    for (const share of [0.5, 0.99, 0.999])
      expect(at(waitsBesideMs, share)).toBeLessThanOrEqual(at(waitsMs, share) + 50);
    expect(world.versions(poisoned)).toEqual([1]);
    expect(await world.parked()).toEqual([2, 3, 4].map((version) => `${poisoned}/${version}`));
    expect(processor.health()).toMatchObject({ healthy: true });
    expect(parking.size).toBe(1);

    world.failing.clear();
    const replay = world.replay(poisoned);
    await world.runtime.advance(1_000);
    expect(await replay).toEqual({ replayed: 3, unblocked: true });
    await world.append(poisoned, 5);
    await world.runtime.advance(2_000);
    expect(world.versions(poisoned)).toEqual([1, 2, 3, 4, 5]);
    expect(parking.size).toBe(0);
  });
});

describe('a parked event', () => {
  it('tells what went wrong, and nothing of what it says', async () => {
    const world = createWorld(1);
    world.begin('one');
    world.failing.set('order-a/1', defect);
    await world.append('order-a', 1, 2);
    await world.runtime.advance(30_000);
    const { messages } = await world.deadLetters.list(consumer);
    expect(messages).toMatchObject([
      {
        ...{ consumer, key: 'order-a', messageId: 'order-a/1', attempts: 5 },
        ...{ error: defect.message, errorType: 'TypeError', stack: expect.stringContaining('TypeError') },
        ...{ fingerprint: expect.stringMatching(/./), traceId: '00000000000000000000000000000001' },
        message: { type: 'Counted', subject: 'order-a', streamversion: 1, data: {} },
      },
      { messageId: 'order-a/2', attempts: 0, fingerprint: '' },
    ]);
  });

  it('keeps its stream back for the instance that takes the range over', async () => {
    const world = createWorld(1);
    const first = world.begin('first');
    world.failing.set('order-a/1', defect);
    await world.append('order-a', 1);
    await world.runtime.advance(30_000);
    void first.processor.stop();
    await world.runtime.advance(1_000);
    world.failing.clear();
    await world.append('order-a', 2);
    await world.append('order-b', 1);
    world.begin('second');
    await world.runtime.advance(10_000);
    expect(world.handled.map(({ id }) => id)).toEqual(['order-b/1']);
    expect(await world.parked()).toEqual(['order-a/1', 'order-a/2']);
  });

  it('is none while the database is away, however long that lasts', async () => {
    const world = createWorld(1);
    world.begin('one');
    world.failing.set('order-a/1', new ContainerError('throttled', 'read-models', 'request rate is large'));
    await world.append('order-a', 1);
    await world.runtime.advance(600_000);
    expect(await world.parked()).toEqual([]);
    world.failing.clear();
    await world.runtime.advance(30_000);
    expect(world.versions('order-a')).toEqual([1]);
  });

  it('that is still wrong stays where it is, with its newest error; one that is not there any more, too', async () => {
    const world = createWorld(1);
    world.begin('one');
    world.failing.set('order-a/1', defect);
    await world.append('order-a', 1, 2);
    await world.runtime.advance(30_000);
    world.failing.set('order-a/1', new RangeError('another thing'));
    const replay = world.replay('order-a');
    await world.runtime.advance(1_000);
    expect(await replay).toMatchObject({ replayed: 0, unblocked: false, stoppedAt: { messageId: 'order-a/1' } });
    const { messages } = await world.deadLetters.list(consumer);
    expect(messages[0]).toMatchObject({ errorType: 'RangeError', error: 'another thing', attempts: 6 });
    const gone = feedReplay(
      async () => undefined,
      async () => undefined,
    );
    const outcome = await world.deadLetters.replay(consumer, 'order-a', gone);
    expect(outcome).toMatchObject({ replayed: 0, stoppedAt: { messageId: 'order-a/1' } });
  });
});
