import { hostname } from 'node:os';
import { DefaultAzureCredential } from '@azure/identity';
import { createFeedAdmin, type FeedHandler } from '@daybook/change-feed';
import {
  answersContainer,
  archiveContainer,
  auditContainer,
  deadLettersContainer,
  endpoints,
  eventsContainer,
  type HubName,
  leasesContainer,
  openApiOf,
  readModelsContainer,
  snapshotsContainer,
  type ServiceName,
  subjectKeysContainer,
} from '@daybook/contracts';
import {
  createDeadLetters,
  createMessageConsumer,
  deadLetterOperations,
  type MessageHandler,
  type Route,
} from '@daybook/messaging';
import {
  archivedContainer,
  type AuditLog,
  createAuditLog,
  createEventStore,
  type DerivedData,
  type EventStore,
  type PersonalData,
  type StoredEvent,
} from '@daybook/eventstore';
import { type Container, type Runtime, systemRuntime } from '@daybook/ports';
import {
  type Build,
  createReadModels,
  type ReadModelDefinition,
  type ServedReadModel,
  eventFeed,
} from '@daybook/projections';
import { Router } from 'express';
import { authenticate } from './auth/authenticate.ts';
import { createTokenVerifier } from './auth/verifier.ts';
import { readSettings, type Settings } from './config/settings.ts';
import { drainComponent } from './drain.ts';
import { createHealth, type Health } from './health.ts';
import { correlationRoutes } from './http/correlations.ts';
import { deadLetterRoutes, type ParkingConsumer } from './http/dead-letters.ts';
import { feedRoutes } from './http/feeds.ts';
import { type HttpOptions, startHttp, type HttpService } from './http/http-app.ts';
import { createKeptAnswers, type KeptAnswers } from './http/kept-answers.ts';
import { openApiRoutes } from './http/openapi.ts';
import { outboxRoutes } from './http/outbox.ts';
import { createRateLimiter, limitCallers, limitRefused } from './http/rate-limit.ts';
import { readModelRoutes } from './http/read-models.ts';
import { type Component, runUntilSignalled } from './lifecycle.ts';
import { createLog, type Log } from './log.ts';
import { logMessageErrors } from './log-fields.ts';
import { tellingContainer } from './nudge.ts';
import { openPersonalData, type ServicePersonalData } from './personal-data.ts';
import { azurePlatform, type Platform } from './platform.ts';
import { otherFeeds } from './publishing.ts';
import { serviceFeeds } from './service-feeds.ts';
import { eventStoreMetrics } from './telemetry/event-store-metrics.ts';
import { observeDeadLetters } from './telemetry/dead-letter-metrics.ts';
import { messagingMetrics } from './telemetry/messaging-metrics.ts';
import { startTelemetry } from './telemetry/telemetry.ts';
import { tracedAppends, tracedHandler } from './telemetry/traced.ts';

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
  /** Of the service's own aggregates: given to `createAggregateStore`. */
  readonly snapshots: Container;
  readonly readModels: Container;
  /** Keeps a read model up to date from the service's own events, in builds beside each other; called before `run`. */
  readModel<B extends Build>(definition: ReadModelDefinition<B>): ServedReadModel<B>;
  /** What was answered to requests with an `Idempotency-Key`. */
  readonly answers: KeptAnswers;
  /** Who read events, and who had a subject erased. */
  readonly audit: AuditLog;
  /** For a service with personal data in its events; called once. @throws SettingError where nothing is named that wraps the keys */
  personalData(personal: PersonalData, derived: readonly DerivedData[]): ServicePersonalData;
  /**
   * A feed over the service's own events, read at once after each append of this process. An event that a `handleKey` keeps failing on
   * is parked in the service's dead letters with all that follow of its stream; with `poison: 'retry'` it is tried without end, for
   * handlers that wait for somebody else, as a payment provider.
   */
  feed(name: string, handler: FeedHandler<StoredEvent>, options?: { readonly poison?: 'park' | 'retry' }): Component;
  /** Publishes the service's own events: each goes to every place that a route names. What no hub takes is parked by stream. */
  relay(routes: readonly Route[]): Component;
  /**
   * Consumes a hub as this service's consumer group; what cannot be handled is parked in the service's dead letters. A handler that has
   * `handleTogether`, as participants do, is given messages of one key together.
   */
  commands(hub: HubName, handle: MessageHandler): Component;
  /** A stream's events after a version: what read models fill gaps with. */
  readStream(streamId: string, afterVersion: number): Promise<readonly StoredEvent[]>;
  /** Runs HTTP (these routes, and those that every service has: events by correlation id, dead letters) and these components until a signal comes, and stops them in the reverse order. */
  run(routes: Router, components: readonly Component[]): Promise<void>;
}

const httpGraceMs = 5_000;
/** Stopping may take so long, without the time in which load balancers notice. */
const stopMsMax = 20_000;
/** A hub is asked every 5 s; one that has not answered for so long is away. */
const hubSilenceMsMax = 20_000;

/** Opens what a service needs, from the environment of the process. Called in `main.ts`. @throws SettingError */
export function openService(
  service: { readonly name: ServiceName; readonly defaultPort: number },
  environment: Readonly<Record<string, string | undefined>>,
): Service {
  const settings = readSettings(environment, { ...service, process: `${hostname()}-${process.pid}` });
  const runtime = systemRuntime();
  const log = createLog(service.name, settings.logLevel);
  // Before anything that measures: what is made earlier measures into nothing.
  const telemetry = startTelemetry(settings.telemetry, {
    service: { name: service.name, instance: settings.instanceId },
    log,
    credential: () => new DefaultAzureCredential(),
  });
  const health = createHealth();
  const platform = azurePlatform(settings, runtime);
  const parking: ParkingConsumer[] = [];
  const messaging = messagingMetrics();
  const hot = platform.container(eventsContainer[service.name]) as Container<StoredEvent>;
  const archived = archivedContainer(tracedAppends(hot), platform.blobs(archiveContainer), runtime) as Container;
  const events = tellingContainer(archived, (created) => nudge(created as StoredEvent[])) as Container<StoredEvent>;
  // Leases tell a holder from its own ghost: every start is another instance.
  const instance = `${settings.instanceId}/${runtime.newId()}`;

  const store = createEventStore({ container: events, runtime, metrics: eventStoreMetrics() });

  const answers = createKeptAnswers({
    container: platform.container(answersContainer(service.name)),
    onLost: (error) =>
      log.warn({ err: error }, 'an answer could not be kept or found: a repeated request costs a replay'),
  });
  const audit = createAuditLog({ container: platform.container(auditContainer(service.name)), runtime });
  const deadLetters = createDeadLetters({ container: platform.container(deadLettersContainer(service.name)), runtime });
  const operations = deadLetterOperations({
    deadLetters,
    audit,
    onUnrecorded: (error, of) =>
      log.error({ err: error, ...of }, 'the outcome of an operation on dead letters is not on record'),
  });
  let personalData: ServicePersonalData | undefined;

  const { feed, relay, nudge, outbox, openFeed, feedHealth } = serviceFeeds({
    ...{
      service: service.name,
      settings,
      instance,
      runtime,
      log,
      health,
      platform,
      events,
      store,
      deadLetters,
      messaging,
    },
    onReplayable: (consumer) => {
      // A feed of a read model that is opened again takes the place of the one before.
      const before = parking.findIndex(({ name }) => name === consumer.name);
      parking.splice(before < 0 ? parking.length : before, before < 0 ? 0 : 1, consumer);
    },
  });

  const readModels = createReadModels({
    ...{ events, openFeed, runtime },
    container: platform.container(readModelsContainer(service.name)),
    leases: platform.container(leasesContainer(service.name)),
    log: (level, message, fields) => log[level](fields, message),
  });
  health.add({ name: 'read-models', check: () => readModels.health() });

  return {
    name: service.name,
    settings,
    runtime,
    log,
    platform,
    health,
    store,
    snapshots: platform.container(snapshotsContainer(service.name)),
    readModels: platform.container(readModelsContainer(service.name)),
    readModel: readModels.add,
    answers,
    audit,
    personalData(personal, derived) {
      personalData = openPersonalData({
        ...{ personal, derived, events, audit, runtime },
        subjectKeys: platform.container(subjectKeysContainer(service.name)),
        wrapper: platform.keyWrapper(),
        keyBackupDays: settings.keyBackupDays,
      });
      return personalData;
    },
    feed,
    relay,
    commands(hub, handle) {
      parking.push({ name: hub, handle });
      const traced = tracedHandler(hub, messaging.measuredHandler(hub, handle));
      const consumer = createMessageConsumer({
        name: hub,
        consumer: platform.consumer(hub, service.name),
        handle: traced,
        ...(traced.handleTogether === undefined ? {} : { handleTogether: traced.handleTogether }),
        deadLetters,
        // A saga's inputs are its history; commands of different intents have nothing to do with each other.
        parkBy: hub === 'saga-inputs' ? 'key' : 'message',
        runtime,
        onError: logMessageErrors(log, hub),
      });
      messaging.observeHubLag(hub, consumer);
      health.add({
        name: `hub:${hub}`,
        check: () => {
          const detail = consumer.health();
          return { healthy: detail.running && detail.silentMs < hubSilenceMsMax, detail };
        },
      });
      return { name: `hub:${hub}`, start: () => consumer.start(), stop: () => consumer.stop() };
    },
    readStream: async (streamId, afterVersion) => (await store.read({ streamId, afterVersion })).events,
    async run(routes, components) {
      const reading = { store, audit, runtime, ...(personalData && { personalData: personalData.reader }) };
      const leases = platform.container(leasesContainer(service.name));
      const feedAdmin = createFeedAdmin<StoredEvent>({
        ...{ leases, source: events, runtime, timeOf: eventFeed.timeOf },
        others: otherFeeds(service.name, platform),
      });
      observeDeadLetters(
        deadLetters,
        () => parking,
        (error) => log.warn({ err: error }, 'dead letters could not be counted'),
      );
      const { auth, rateLimitPerSecond: perSecond } = settings;
      if (auth === undefined)
        log.warn({}, 'DAYBOOK_AUTH is off: every caller is believed, whatever they say of themselves');
      const access = auth === undefined ? [] : [authenticate(createTokenVerifier(auth), endpoints[service.name], log)];
      const limiter = perSecond === undefined ? undefined : createRateLimiter({ perSecond }, runtime);
      const limits = limiter === undefined ? [] : [limitCallers(limiter)];
      const docs = openApiRoutes(openApiOf(service.name), ...limits);
      const refused = limiter === undefined ? [] : [limitRefused(limiter)];
      const common = [
        correlationRoutes(reading),
        deadLetterRoutes({ deadLetters, operations, consumers: parking, runtime, log }),
        outboxRoutes({ outbox, audit, runtime, log }),
        feedRoutes({ admin: feedAdmin, health: feedHealth, audit, runtime, log }),
        readModelRoutes({ readModels, runtime, log }),
      ];
      await runUntilSignalled({
        log,
        supervised: settings.supervised,
        stopTimeoutMs: stopMsMax + settings.drainMs,
        components: [
          telemetry,
          { name: 'platform', start: () => Promise.resolve(), stop: () => platform.close() },
          { name: 'answers', start: () => Promise.resolve(), stop: () => answers.settled() },
          { name: 'read-models', start: () => readModels.start(), stop: () => readModels.stop() },
          ...components,
          httpComponent({
            settings,
            guards: [docs, ...access, ...limits, ...refused],
            routes: Router().use(...common, routes),
            health,
            log,
          }),
          drainComponent(health, settings.drainMs),
        ],
      });
    },
  };
}

/** The last to start and the first to stop: a request meets a service that works. */
function httpComponent({
  settings,
  log,
  ...served
}: Pick<Service, 'settings'> & Omit<HttpOptions, 'port' | 'host'>): Component {
  let starting: Promise<HttpService> | undefined;
  return {
    name: 'http',
    async start() {
      starting = startHttp({ port: settings.port, host: settings.host, log, ...served });
      log.info({ port: (await starting).port }, 'listening');
    },
    async stop() {
      // One that is only about to listen has to be closed, too. That it cannot is told by `start`.
      const http = await starting?.catch(() => undefined);
      await http?.close(httpGraceMs);
    },
  };
}
