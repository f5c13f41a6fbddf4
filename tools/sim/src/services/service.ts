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
  type DeadLetters,
  type EventParking,
  feedParking,
  feedReplay,
  type MessageHandler,
  type OutboxEntry,
  outboxFeed,
  type Route,
} from '@daybook/messaging';
import type { Container, Stored } from '@daybook/ports';
import { eventFeed } from '@daybook/projections';
import { alreadyCheckpointed } from '../mutations/rewirings.ts';
import type { SimProcess } from '../world/process.ts';
import { poisonable, poisonableEvents } from './poison.ts';
import { type Publishing, publishing } from './publishing.ts';
import { tellingContainer } from './telling-container.ts';

export interface Component {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What an operator needs of a consumer to replay what it parked. */
export interface Parking {
  /** Its name in the dead letters. */
  readonly consumer: string;
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
  feed(name: string, handler: FeedHandler<StoredEvent>, options?: { readonly poison?: 'park' | 'retry' }): Component;
  relay(routes: readonly Route[]): Component;
  commands(hub: HubName, handle: MessageHandler): Component;
  readStream(streamId: string, afterVersion: number): Promise<readonly StoredEvent[]>;
}

/** Slower than in production where that only saves polling: the world wakes feeds after each write. */
const feedLimits = {
  minRanges: 1,
  leaseDurationMs: 9_000,
  renewEveryMs: 3_000,
  pollIdleMs: 8_000,
  pollMinMs: 120,
  checkpointEveryMs: 2_000,
  retryMaxMs: 2_000,
  stopTimeoutMs: 2_000,
} as const;

export function openSimService(process: SimProcess): SimService {
  const { world, service, runtime, slot, instance } = process;
  const told: ((events: readonly StoredEvent[]) => void)[] = [];
  const direct = process.container(eventsContainer[service]) as Container<StoredEvent>;
  const events = tellingContainer(direct, (appended) => told.forEach((tell) => tell(appended)));
  const store = createEventStore({ container: events as Container, runtime });
  const deadLetters = createDeadLetters({ container: process.container(deadLettersContainer(service)), runtime });
  const leases = process.container(leasesContainer(service));
  const parkings: Parking[] = [];
  const fell = (what: string, error: unknown): void =>
    world.note(instance, () => `${what}: ${error instanceof Error ? error.message : String(error)}`);

  const feedBase = (name: string) => ({
    ...{ name, instance, leases, runtime, limits: feedLimits },
    succeeds: (owner: string) => owner.startsWith(`${slot}/`),
    onError: (error: unknown) => fell(`feed ${name}`, error),
  });
  const follow = (name: string, handler: FeedHandler<StoredEvent>, parking?: EventParking): Component => {
    const processor = createFeedProcessor<StoredEvent>({
      ...feedBase(name),
      source: events,
      ...eventFeed,
      ...handler,
      ...(parking === undefined ? {} : { parking }),
    });
    process.onNudge.push(() => processor.nudge());
    return processor;
  };
  const outboxFeedOf = ({ container, publish }: NonNullable<Publishing['outbox']>): Component => {
    const processor = createFeedProcessor<OutboxEntry>({
      ...feedBase('outbox'),
      source: container as Container<never> as Container<OutboxEntry>,
      ...outboxFeed,
      handleKey: publish,
    });
    process.onNudge.push(() => processor.nudge());
    return processor;
  };
  const parkingOf = (name: string, handle: (events: readonly StoredEvent[]) => Promise<void>): EventParking => {
    const consumer = `feed:${name}`;
    const readEvent = (streamId: string, version: number) => store.readEvent(streamId, version);
    parkings.push({ consumer, deadLetters, handle: feedReplay(readEvent, handle) });
    return feedParking({ consumer, service, deadLetters });
  };

  return {
    process,
    store,
    snapshots: process.container(snapshotsContainer(service)),
    readModels: process.container(readModelsContainer(service)),
    parking: parkings,
    feed(name, { handleKey }, { poison = 'park' } = {}) {
      if (handleKey === undefined) throw new Error(`feed ${name}: by key`);
      const handler = poisonableEvents(process, handleKey as never) as typeof handleKey;
      if (poison === 'retry') return follow(name, { handleKey: handler });
      const parking = parkingOf(name, (documents) =>
        handler(documents as readonly Stored<StoredEvent>[], {
          ...{ key: documents[0]?.streamId ?? '', rangeId: 'replay', attempt: 1 },
          signal: new AbortController().signal,
          isHeld: () => true,
        }),
      );
      return follow(name, { handleKey: handler }, parking);
    },
    relay(routes) {
      const parking = parkingOf('relay', (documents) => publisher.publish(documents));
      const route: Route = (event) => routes.flatMap((each) => each(event));
      const publisher = publishing({ process, store, route, parking });
      told.push(publisher.appended);
      const relay = follow('relay', { handlePage: publisher.handlePage }, parking);
      const { outbox } = publisher;
      return outbox === undefined ? relay : both(relay, outboxFeedOf(outbox));
    },
    commands(hub, handle) {
      const handler = poisonable(process, hub, handle);
      const { handleTogether } = handler;
      parkings.push({ consumer: hub, deadLetters, handle: handler });
      const consumer = process.consumer(hub, service);
      return createMessageConsumer({
        name: hub,
        consumer: world.mutation === 'checkpoint-before-handling' ? alreadyCheckpointed(consumer) : consumer,
        handle: handler,
        ...(handleTogether === undefined ? {} : { handleTogether }),
        deadLetters,
        parkBy: hub === 'saga-inputs' ? 'key' : 'message',
        runtime,
        onError: (error) => fell(`hub ${hub}`, error),
      });
    },
    readStream: async (streamId, afterVersion) => (await store.read({ streamId, afterVersion })).events,
  };
}

function both(one: Component, other: Component): Component {
  return {
    start: async () => void (await Promise.all([one.start(), other.start()])),
    stop: async () => void (await Promise.all([one.stop(), other.stop()])),
  };
}
