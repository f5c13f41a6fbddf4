import { createFeedProcessor, type FeedHandler, type FeedProcessor } from '@daybook/change-feed';
import type { HubName } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import {
  type Container,
  type Document,
  type Fault,
  type HubProducer,
  memoryContainer,
  memoryHub,
  type MemoryHub,
  type VirtualRuntime,
  virtualRuntime,
} from '@daybook/ports';
import { eventRoute, replyRoute, type Route } from '../relay.ts';
import { storedEvent } from './messages.ts';

const partitions = 4;
export const hubNames = ['order-events', 'saga-inputs', 'inventory-commands'] as const;
type Hub = (typeof hubNames)[number];

/** Every event for everybody, answers to a saga, and a command of each. */
const routes: readonly Route[] = [
  eventRoute('order-events', 'order'),
  replyRoute('order'),
  (event) => eventRoute('inventory-commands', 'order')(event),
];
export const route: Route = (event) => routes.flatMap((each) => each(event));

/** What a publisher of any mode is built from: the ports of one process, which may die. */
export interface PublishPorts {
  readonly runtime: VirtualRuntime;
  readonly events: Container<StoredEvent>;
  readonly outbox: Container;
  producers(hub: HubName): HubProducer;
  readEvent(streamId: string, version: number): Promise<StoredEvent | undefined>;
  /** Builds and starts a feed processor of this process. */
  follow<T extends Document>(
    name: string,
    source: Container<T>,
    order: { readonly keyOf: (document: T) => string; readonly orderOf: (document: T) => number },
    handler: FeedHandler<T>,
  ): FeedProcessor;
}

/** A process that publishes. */
export interface Publisher {
  /** Told of what this process has appended. */
  appended?(events: readonly StoredEvent[]): void;
  nudge(): void;
}

export type OpenPublisher = (ports: PublishPorts) => Publisher;

export interface PublishWorld {
  readonly runtime: VirtualRuntime;
  readonly counts: Record<'send' | 'outbox', number>;
  /** Faults begin, and end. */
  faulty: boolean;
  begin(): { readonly publisher: Publisher; kill(): void };
  /** Appends the next versions of a stream; the process that does it is told. */
  append(streamId: string, count: number, by?: { readonly publisher: Publisher }): Promise<void>;
  /** Message ids in a hub, by key, in its order. */
  stored(hub: Hub): Readonly<Record<string, readonly string[]>>;
  /** Lets time pass until every hub has every event. */
  untilComplete(): Promise<boolean>;
}

export function createPublishWorld(
  open: OpenPublisher,
  { seed = 1, sendFaults = 0, outboxFaults = 0 }: { seed?: number; sendFaults?: number; outboxFaults?: number } = {},
): PublishWorld {
  const runtime = virtualRuntime({ seed });
  const counts = { send: 0, outbox: 0 };
  const faultOf = (what: keyof typeof counts, rate: number): Fault | undefined => {
    if (!world.faulty || runtime.random() >= rate) return undefined;
    counts[what] += 1;
    return runtime.random() < 0.3 ? 'before' : 'executed-but-lost';
  };
  const hubs = new Map<string, MemoryHub>(
    hubNames.map((name) => [
      name,
      memoryHub({
        ...{ name, partitions, runtime },
        faults: ({ kind }) => (kind === 'send' ? faultOf('send', sendFaults) : undefined),
      }),
    ]),
  );
  const byStream = (document: Document): string => String(document['streamId']);
  const events = memoryContainer<StoredEvent>({ name: 'orders', runtime, partitionKey: byStream, feedRanges: 2 });
  const outbox = memoryContainer({
    ...{ name: 'outbox', runtime, partitionKey: byStream, feedRanges: 2 },
    faults: ({ kind }) => (kind === 'batch' ? faultOf('outbox', outboxFaults) : undefined),
  });
  const leases = memoryContainer({ name: 'leases', runtime, partitionKey: ({ id }) => id });
  const versions = new Map<string, number>();
  let processes = 0;

  const stored: PublishWorld['stored'] = (hub) => {
    const found: Record<string, string[]> = {};
    for (let id = 0; id < partitions; id += 1) {
      for (const { key, messageId } of hubs.get(hub)!.stored(String(id))) (found[key] ??= []).push(messageId);
    }
    return found;
  };
  const complete = (): boolean => {
    const [everybody, inputs, commands] = hubNames.map(stored);
    return [...versions].every(([streamId, count]) => {
      const answers = new Set(inputs?.[`FulfilOrder:${streamId}`]).size;
      return (
        [everybody, commands].every((found) => new Set(found?.[streamId]).size === count) && answers === count >> 1
      );
    });
  };

  const world: PublishWorld = {
    ...{ runtime, counts, stored, faulty: true },
    begin() {
      processes += 1;
      const instance = `p${processes}`;
      let dead = false;
      // Killed: what was done stays done, and nothing after it happens any more.
      const alive = async <R>(work: () => Promise<R>): Promise<R> => {
        if (dead) await new Promise<never>(() => undefined);
        const result = await work();
        return dead ? new Promise<never>(() => undefined) : result;
      };
      const mortal = <T extends Document>(inner: Container<T>): Container<T> => ({
        name: inner.name,
        batch: (key, operations) => alive(() => inner.batch(key, operations)),
        read: (key, id) => alive(() => inner.read(key, id)),
        query: (query) => alive(() => inner.query(query)),
        feedRanges: () => alive(() => inner.feedRanges()),
        feedPage: (request) => alive(() => inner.feedPage(request)),
      });
      const publisher = open({
        runtime,
        events: mortal(events),
        outbox: mortal(outbox),
        producers: (hub) => {
          const producer = hubs.get(hub)!.producer();
          const send: HubProducer['send'] = async (id, messages) => {
            await runtime.sleep(runtime.random() * 20);
            await alive(() => producer.send(id, messages));
          };
          return { ...producer, send };
        },
        readEvent: async (streamId, version) => (await alive(() => events.read(streamId, String(version)))).document,
        follow(name, source, order, handler) {
          const processor = createFeedProcessor({
            ...{ name, instance, source, leases: mortal(leases), runtime, ...order, ...handler },
            limits: { pageSize: 10 },
          });
          void processor.start();
          return processor;
        },
      });
      return { publisher, kill: () => void (dead = true) };
    },
    async append(streamId, count, by) {
      const from = versions.get(streamId) ?? 0;
      versions.set(streamId, from + count);
      const appended = Array.from({ length: count }, (_, n) => {
        const version = from + n + 1;
        // Every second one answers a saga.
        return storedEvent(
          streamId,
          version,
          version % 2 === 0 ? `FulfilOrder:${streamId}/confirm/-/do/${version}` : 'c',
        );
      });
      const operations = appended.map((document) => ({ kind: 'create' as const, document }));
      await events.batch(streamId, operations.reverse());
      by?.publisher.appended?.(appended);
      by?.publisher.nudge();
    },
    untilComplete: () => runtime.advanceUntil(complete, 600_000),
  };
  return world;
}
