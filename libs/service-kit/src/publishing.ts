import {
  createFeedProcessor,
  type FeedMetrics,
  type FeedProcessor,
  type FollowedContainer,
} from '@daybook/change-feed';
import { type HubName, leasesContainer, outboxContainer, type ServiceName } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import {
  createHybridPublisher,
  createOutbox,
  createRelay,
  type EventParking,
  type Outbox,
  type OutboxEntry,
  type Outgoing,
  outboxFeed,
  type Relay,
  type Route,
} from '@daybook/messaging';
import type { Container } from '@daybook/ports';
import type { Component } from './lifecycle.ts';
import { fieldsOfEvent, fieldsOfMessage } from './log-fields.ts';
import type { Platform } from './platform.ts';
import type { ServiceFeedsOptions } from './service-feeds.ts';

/** The relay of a service, in the mode that its settings name. */
export interface Publishing {
  /** For the feed of the service's own events, in page mode. */
  readonly handlePage: Relay['handlePage'];
  /** What the relay's parked events are replayed to. */
  readonly publish: Relay['publish'];
  /** Told of what this process has appended. */
  appended(events: readonly StoredEvent[]): void;
  /** Where that is the way to publish. */
  readonly outbox?: Outbox;
  /** What runs besides that feed. */
  readonly components: readonly Component[];
}

export interface PublishingOptions extends Pick<
  ServiceFeedsOptions,
  'service' | 'settings' | 'instance' | 'runtime' | 'log' | 'health' | 'platform' | 'store' | 'messaging'
> {
  readonly metrics: FeedMetrics;
  readonly route: Route;
  readonly parking: EventParking;
}

const nothing = (): void => undefined;
const outboxFeedName = 'outbox';

/** The service's feeds that do not follow its events, for whoever looks at its leases: those of the outbox stay when the mode is changed. */
export function otherFeeds(
  service: ServiceName,
  platform: Pick<Platform, 'container'>,
): Readonly<Record<string, FollowedContainer>> {
  const source = platform.container(outboxContainer(service));
  return { [outboxFeedName]: { source, timeOf: (entry) => Date.parse(String(entry['changedAt'])) } };
}

/** See `PUBLISH_MODE`: from the feed, right after the append besides, or by an outbox. */
export function publishing(options: PublishingOptions): Publishing {
  const { settings, platform, log, route, parking, messaging } = options;
  const ports = { route, producers: (hub: HubName) => messaging.measuredProducer(platform.producer(hub)) };
  switch (settings.publishMode) {
    case 'feed':
      return { ...createRelay({ ...ports, parking }), appended: nothing, components: [] };
    case 'hybrid': {
      const onError = (error: unknown, [first]: readonly Outgoing[]): void => {
        const fields = { err: error, hub: first?.hub, ...fieldsOfMessage(first?.message) };
        log.warn(fields, 'not sent right after the append: the feed sends it');
      };
      const { settled: _settled, ...publisher } = createHybridPublisher({ ...ports, parking, onError });
      return { ...publisher, components: [] };
    }
    case 'outbox':
      return outboxPublishing(options, createRelay(ports));
    default:
      return settings.publishMode satisfies never;
  }
}

/** The feed writes entries, and a feed of the entries publishes them: what cannot be published stays there as `FAILED`. */
function outboxPublishing(options: PublishingOptions, relay: Relay): Publishing {
  const { service, settings, instance, runtime, log, health, platform, store, messaging, metrics } = options;
  const container = platform.container(outboxContainer(service));
  const outbox = createOutbox({
    ...{ container, relay, runtime },
    readEvent: (streamId, version) => store.readEvent(streamId, version),
    onFailed: ({ streamId, version }, error, event) =>
      log.error(
        { err: error, streamId, version, ...fieldsOfEvent(event) },
        'event cannot be published: see the outbox',
      ),
  });
  messaging.observeOutbox(outbox, (error) => log.warn({ err: error }, 'the outbox could not be counted'));
  const processor = createFeedProcessor<OutboxEntry>({
    ...{ name: outboxFeedName, instance, runtime, metrics, ...outboxFeed },
    succeeds: (owner) => owner.startsWith(`${settings.instanceId}/`),
    source: container as Container<never> as Container<OutboxEntry>,
    leases: platform.container(leasesContainer(service)),
    handleKey: (entries, context) => outbox.publish(entries, context),
    onError: (error, { document, ...context }) => {
      const of = { streamId: document?.streamId, version: document?.version };
      log.warn({ err: error, feed: 'outbox', ...context, ...of }, 'feed error');
    },
    log: (level, message, fields) => log[level]({ feed: 'outbox', ...fields }, message),
  });
  health.add({
    name: 'feed:outbox',
    check: () => {
      const { healthy, ...detail } = processor.health();
      return { healthy, detail };
    },
  });
  return {
    async handlePage(documents) {
      await outbox.derive(documents);
      processor.nudge();
    },
    publish: relay.publish,
    outbox,
    appended: nothing,
    components: [componentOf(processor), pruning(outbox, options)],
  };
}

function componentOf(processor: FeedProcessor): Component {
  return { name: 'feed:outbox', start: () => processor.start(), stop: () => processor.stop() };
}

const pruneEveryMs = 3_600_000;
const keptMs = 7 * 24 * 3_600_000;

/** Takes away what was published a week ago, all of it: a busy service publishes more in an hour than goes at once. */
function pruning(outbox: Outbox, { runtime, log }: Pick<PublishingOptions, 'runtime' | 'log'>): Component {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const prune = async (): Promise<void> => {
    const before = new Date(runtime.now() - keptMs).toISOString();
    while (!stopping.signal.aborted && (await outbox.prune(before)) > 0);
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await runtime.sleep(pruneEveryMs, stopping.signal);
      await prune().catch((error: unknown) => log.warn({ err: error }, 'the outbox was not pruned'));
    }
  };
  return {
    name: 'outbox-pruning',
    async start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
