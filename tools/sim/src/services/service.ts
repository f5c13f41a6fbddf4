import { createFeedProcessor, type FeedHandler } from '@daybook/change-feed';
import {
  type CloudEvent,
  deadLettersContainer,
  eventsContainer,
  type HubName,
  leasesContainer,
  readModelsContainer,
  snapshotsContainer,
} from '@daybook/contracts';
import { createEventStore, type EventStore, type StoredEvent } from '@daybook/eventstore';
import {
  createDeadLetters,
  createMessageConsumer,
  createRelay,
  type DeadLetters,
  type Route,
} from '@daybook/messaging';
import type { Container } from '@daybook/ports';
import { eventFeed } from '@daybook/projections';
import { alreadyCheckpointed, publishingContainer } from '../mutations/rewirings.ts';
import type { SimProcess } from '../world/process.ts';
import { poisonable } from './poison.ts';

export interface Component {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What the operator needs of a consumer to replay what it parked. */
export interface Parking {
  readonly hub: HubName;
  readonly deadLetters: DeadLetters;
  readonly handle: (message: CloudEvent) => Promise<void>;
}

/** As a service is opened in `@daybook/service-kit`, over the simulated ports. */
export interface SimService {
  readonly process: SimProcess;
  readonly store: EventStore;
  readonly snapshots: Container;
  readonly readModels: Container;
  readonly parking: readonly Parking[];
  feed(name: string, handler: FeedHandler<StoredEvent>): Component;
  relay(routes: readonly Route[]): Component;
  commands(hub: HubName, handle: (message: CloudEvent) => Promise<void>): Component;
  readStream(streamId: string, afterVersion: number): Promise<readonly StoredEvent[]>;
}

/** Slower than in production where that only saves polling: the world wakes feeds after each write. */
const feedLimits = {
  minRanges: 1,
  leaseDurationMs: 9_000,
  renewEveryMs: 3_000,
  pollIdleMs: 8_000,
  pollMinMs: 60,
  checkpointEveryMs: 800,
  retryMaxMs: 2_000,
  stopTimeoutMs: 2_000,
} as const;

export function openSimService(process: SimProcess): SimService {
  const { world, service, runtime, slot, instance } = process;
  const direct = process.container(eventsContainer[service]) as Container<StoredEvent>;
  const publish: { page?: (events: readonly StoredEvent[]) => Promise<void> } = {};
  const events =
    world.mutation === 'publish-after-commit' ? publishingContainer(direct, (page) => publish.page?.(page)) : direct;
  const store = createEventStore({ container: events as Container, runtime });
  const deadLetters = createDeadLetters({ container: process.container(deadLettersContainer(service)), runtime });
  const parking: Parking[] = [];
  const leases = process.container(leasesContainer(service));
  const fell = (what: string, error: unknown): void =>
    world.note(instance, () => `${what}: ${error instanceof Error ? error.message : String(error)}`);

  const feed: SimService['feed'] = (name, handler) => {
    const processor = createFeedProcessor<StoredEvent>({
      name,
      instance,
      succeeds: (owner) => owner.startsWith(`${slot}/`),
      source: events,
      leases,
      runtime,
      limits: feedLimits,
      ...eventFeed,
      ...handler,
      onError: (error) => fell(`feed ${name}`, error),
    });
    process.onNudge.push(() => processor.nudge());
    return processor;
  };

  return {
    process,
    store,
    snapshots: process.container(snapshotsContainer(service)),
    readModels: process.container(readModelsContainer(service)),
    parking,
    feed,
    relay(routes) {
      const producers = new Map<HubName, ReturnType<SimProcess['producer']>>();
      const relay = createRelay({
        route: (event) => routes.flatMap((route) => route(event)),
        producers: (hub) => {
          const producer = producers.get(hub) ?? process.producer(hub);
          producers.set(hub, producer);
          return producer;
        },
      });
      if (world.mutation === 'publish-after-commit') {
        publish.page = relay.handlePage;
        return { start: () => Promise.resolve(), stop: () => Promise.resolve() };
      }
      return feed('relay', { handlePage: relay.handlePage });
    },
    commands(hub, handle) {
      const handler = poisonable(process, hub, handle);
      parking.push({ hub, deadLetters, handle: handler });
      const consumer = process.consumer(hub, service);
      return createMessageConsumer({
        name: hub,
        consumer: world.mutation === 'checkpoint-before-handling' ? alreadyCheckpointed(consumer) : consumer,
        handle: handler,
        deadLetters,
        parkBy: hub === 'saga-inputs' ? 'key' : 'message',
        runtime,
        onError: (error) => fell(`hub ${hub}`, error),
      });
    },
    readStream: async (streamId, afterVersion) => (await store.read({ streamId, afterVersion })).events,
  };
}
