import { createFeedProcessor, type FeedHandler, type FeedProcessor } from '@daybook/change-feed';
import { eventsContainer, leasesContainer, readModelsContainer, type ServiceName } from '@daybook/contracts';
import { createEventStore, type EventStore, type StoredEvent } from '@daybook/eventstore';
import { type Container, type Runtime, systemRuntime } from '@daybook/ports';
import { eventFeed } from '@daybook/projections';
import type { Router } from 'express';
import { readSettings, type Settings } from './config/settings.ts';
import { createHealth, type Health } from './health.ts';
import { startHttp, type HttpService } from './http/http-app.ts';
import { type Component, runUntilSignalled } from './lifecycle.ts';
import { createLog, type Log } from './log.ts';
import { tellingContainer } from './nudge.ts';
import { azurePlatform, type Platform } from './platform.ts';

/** What every service has: its settings, its stores, its feeds. */
export interface Service {
  readonly name: ServiceName;
  readonly settings: Settings;
  readonly runtime: Runtime;
  readonly log: Log;
  readonly platform: Platform;
  readonly health: Health;
  /** Over the service's own events container. */
  readonly store: EventStore;
  readonly readModels: Container;
  /** A feed over the service's own events, read at once after each append of this process. */
  feed(name: string, handler: FeedHandler<StoredEvent>): Component;
  /** Runs HTTP and these components until a signal comes, and stops them in the reverse order. */
  run(routes: Router, components: readonly Component[]): Promise<void>;
}

const httpGraceMs = 5_000;

/** Opens what a service needs, from the environment of the process. Called in `main.ts`. @throws SettingError */
export function openService(
  service: { readonly name: ServiceName; readonly defaultPort: number },
  environment: Readonly<Record<string, string | undefined>>,
): Service {
  const settings = readSettings(environment, service);
  const runtime = systemRuntime();
  const log = createLog(service.name, settings.logLevel);
  const health = createHealth();
  const platform = azurePlatform(settings, runtime);
  const feeds: FeedProcessor[] = [];
  const events = tellingContainer(platform.container(eventsContainer[service.name]), () => {
    for (const feed of feeds) feed.nudge();
  }) as Container<StoredEvent>;
  // Leases tell a holder from its own ghost: every start is another instance.
  const instance = `${settings.instanceId}/${runtime.newId()}`;

  return {
    name: service.name,
    settings,
    runtime,
    log,
    platform,
    health,
    store: createEventStore({ container: events, runtime }),
    readModels: platform.container(readModelsContainer(service.name)),
    feed(name, handler) {
      const processor = createFeedProcessor<StoredEvent>({
        name,
        instance,
        source: events,
        leases: platform.container(leasesContainer(service.name)),
        runtime,
        ...eventFeed,
        ...handler,
        onError: (error, context) => log.warn({ err: error, feed: name, ...context }, 'feed error'),
        log: (level, message, fields) => log[level]({ feed: name, ...fields }, message),
      });
      feeds.push(processor);
      health.add({
        name: `feed:${name}`,
        check: () => {
          const { healthy, ...detail } = processor.health();
          return { healthy, detail };
        },
      });
      return { name: `feed:${name}`, start: () => processor.start(), stop: () => processor.stop() };
    },
    async run(routes, components) {
      await runUntilSignalled({
        log,
        supervised: settings.supervised,
        components: [
          { name: 'platform', start: () => Promise.resolve(), stop: () => platform.close() },
          ...components,
          httpComponent({ settings, routes, health, log }),
        ],
      });
    },
  };
}

/** The last to start and the first to stop: a request meets a service that works. */
function httpComponent({
  settings,
  routes,
  health,
  log,
}: Pick<Service, 'settings' | 'health' | 'log'> & { readonly routes: Router }): Component {
  let http: HttpService | undefined;
  return {
    name: 'http',
    async start() {
      http = await startHttp({ port: settings.port, host: settings.host, routes, health, log });
      log.info({ port: http.port }, 'listening');
    },
    stop: async () => http?.close(httpGraceMs),
  };
}
