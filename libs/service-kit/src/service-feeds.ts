import {
  createFeedProcessor,
  type FeedHandler,
  type FeedHealth,
  type FeedLimits,
  type FeedProcessor,
  type KeyHandler,
} from '@daybook/change-feed';
import { leasesContainer, type ServiceName } from '@daybook/contracts';
import type { EventStore, StoredEvent } from '@daybook/eventstore';
import {
  type DeadLetters,
  type EventParking,
  feedParking,
  feedReplay,
  isTransientError,
  type Outbox,
} from '@daybook/messaging';
import type { Container, Runtime, Stored } from '@daybook/ports';
import { eventFeed, type OpenFeed } from '@daybook/projections';
import type { Settings } from './config/settings.ts';
import type { Health } from './health.ts';
import type { ParkingConsumer } from './http/dead-letters.ts';
import type { Component } from './lifecycle.ts';
import type { Log } from './log.ts';
import type { Platform } from './platform.ts';
import { publishing } from './publishing.ts';
import type { Service } from './service.ts';
import { fieldsOfEvent } from './log-fields.ts';
import { feedMetrics } from './telemetry/feed-metrics.ts';
import type { MessagingMetrics } from './telemetry/messaging-metrics.ts';
import { tracedRoute } from './telemetry/traced.ts';

export interface ServiceFeedsOptions {
  readonly service: ServiceName;
  readonly settings: Settings;
  /** New at each start: leases tell a holder from its own ghost. */
  readonly instance: string;
  readonly runtime: Runtime;
  readonly log: Log;
  readonly health: Health;
  readonly platform: Platform;
  readonly events: Container<StoredEvent>;
  readonly store: EventStore;
  readonly deadLetters: DeadLetters;
  readonly messaging: MessagingMetrics;
  /** Told of each feed whose events may be parked, and where they are replayed to. */
  readonly onReplayable: (consumer: ParkingConsumer) => void;
}

/** What follows the service's own events. */
export interface ServiceFeeds extends Pick<Service, 'feed' | 'relay'> {
  /** A feed that comes and goes while the service runs, as those of read models: whether it is healthy is asked of it. */
  readonly openFeed: OpenFeed;
  /** This process has appended these: every feed reads at once. */
  nudge(written: readonly StoredEvent[]): void;
  /** Where events are published by outbox. */
  outbox(): Outbox | undefined;
  /** What each feed says of itself, by name. */
  feedHealth(): Readonly<Record<string, FeedHealth>>;
}

interface FeedExtras {
  readonly parking?: EventParking;
  readonly limits?: Partial<FeedLimits>;
}

/** Large pages make full batches: a page is divided over the partitions of its hubs. */
const relayLimits: Partial<FeedLimits> = { pageSize: 500, maxInFlight: 1_500 };

export function serviceFeeds(options: ServiceFeedsOptions): ServiceFeeds {
  const { service, settings, instance, runtime, log, health, platform, events, store, deadLetters } = options;
  const processors = new Map<string, FeedProcessor>();
  const metrics = feedMetrics();
  let outbox: Outbox | undefined;
  let appended: (events: readonly StoredEvent[]) => void = () => undefined;

  const open = (name: string, handler: FeedHandler<StoredEvent>, extras: FeedExtras): FeedProcessor => {
    const processor = createFeedProcessor<StoredEvent>({
      name,
      instance,
      // A slot has one process at a time: whoever had this one before is gone, and its ranges need not wait for their leases to end.
      succeeds: (owner) => owner.startsWith(`${settings.instanceId}/`),
      source: events,
      leases: platform.container(leasesContainer(service)),
      ...{ runtime, metrics },
      ...eventFeed,
      ...handler,
      ...extras,
      onError: (error, { document, ...context }) =>
        log.warn({ err: error, feed: name, ...context, ...fieldsOfEvent(document) }, 'feed error'),
      log: (level, message, fields) => log[level]({ feed: name, ...fields }, message),
    });
    processors.set(name, processor);
    return processor;
  };

  const follow = (name: string, handler: FeedHandler<StoredEvent>, extras: FeedExtras = {}): Component => {
    const processor = open(name, handler, extras);
    health.add({
      name: `feed:${name}`,
      check: () => {
        const { healthy, ...detail } = processor.health();
        return { healthy, detail: { ...detail, parkedKeys: extras.parking?.size ?? 0 } };
      },
    });
    return { name: `feed:${name}`, start: () => processor.start(), stop: () => processor.stop() };
  };

  /** Where events go that a feed cannot handle; replayed, they are given to `handle`. */
  const parkingOf = (
    name: string,
    handle: (events: readonly StoredEvent[]) => Promise<void>,
    isTransient: (error: unknown) => boolean = isTransientError,
  ): EventParking => {
    const consumer = `feed:${name}`;
    const readEvent = (streamId: string, version: number) => store.readEvent(streamId, version);
    options.onReplayable({ name: consumer, handle: feedReplay(readEvent, handle) });
    return feedParking({
      ...{ consumer, service, deadLetters, isTransient },
      onParked: (event, error) =>
        log.error({ err: error, feed: name, ...fieldsOfEvent(event) }, 'event parked: see the dead letters'),
    });
  };

  return {
    feed(name, handler, { poison = 'park' } = {}) {
      const { handleKey } = handler;
      if (handleKey === undefined || poison === 'retry') return follow(name, handler);
      const parking = parkingOf(name, replayed(handleKey));
      return follow(name, handler, { parking });
    },
    relay(routes) {
      const parking = parkingOf('relay', (documents) => publisher.publish(documents));
      const publisher = publishing({
        ...{ ...options, metrics },
        route: tracedRoute((event) => routes.flatMap((route) => route(event))),
        parking,
      });
      ({ appended, outbox } = publisher);
      const relay = follow('relay', { handlePage: publisher.handlePage }, { parking, limits: relayLimits });
      return inOrder('relay', [relay, ...publisher.components]);
    },
    openFeed(name, handleKey, { isLive, limits }) {
      const isTransient = (error: unknown): boolean => !isLive() || isTransientError(error);
      const parking = parkingOf(name, replayed(handleKey), isTransient);
      const processor = open(name, { handleKey }, { parking, limits });
      return {
        start: () => processor.start(),
        health: () => processor.health(),
        async stop() {
          processors.delete(name);
          await processor.stop();
        },
      };
    },
    outbox: () => outbox,
    feedHealth: () => Object.fromEntries([...processors].map(([name, processor]) => [name, processor.health()])),
    nudge(written) {
      appended(written);
      for (const processor of processors.values()) processor.nudge();
    },
  };
}

/** Several parts as one component, started in this order and stopped in the reverse one. */
function inOrder(name: string, parts: readonly Component[]): Component {
  return {
    name: `feed:${name}`,
    async start() {
      for (const part of parts) await part.start();
    },
    async stop() {
      for (const part of [...parts].reverse()) await part.stop();
    },
  };
}

/** A handler of a feed as dead letters are replayed to it. */
function replayed(handleKey: KeyHandler<StoredEvent>): (events: readonly StoredEvent[]) => Promise<void> {
  return (documents) =>
    handleKey(documents as readonly Stored<StoredEvent>[], {
      ...{ key: documents[0]?.streamId ?? '', rangeId: 'replay', attempt: 1 },
      ...{ signal: new AbortController().signal, isHeld: () => true },
    });
}
