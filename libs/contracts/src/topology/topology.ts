/**
 * Which containers and hubs there are, as data: `tools/provision` creates them, the infrastructure code is checked against them, and
 * services only ever open what is named here. No service creates a container or a hub.
 */

import { eachService, participants, publishers, serviceNames, services, type ServiceName } from './services.ts';

export const databaseName = 'daybook';

export interface ContainerDefinition {
  readonly name: string;
  readonly service: ServiceName;
  readonly purpose:
    | 'events'
    | 'snapshots'
    | 'read-models'
    | 'totals'
    | 'leases'
    | 'dead-letters'
    | 'outbox'
    | 'timers'
    | 'answers'
    | 'audit'
    | 'subject-keys';
  /** Path of the partition key. */
  readonly partitionKey: string;
  readonly uniqueKeys?: readonly string[];
  /** Paths that are indexed; everything else is not, which keeps writes cheap. Absent: everything is. */
  readonly indexed?: readonly string[];
  /** Documents end so many seconds after they were written. Absent: there is no TTL at all, and no document can carry its own end. */
  readonly ttlS?: number;
}

/** The events container of each service: one document per event, never changed; no TTL at all, so that no item can carry its own end. */
export const eventsContainer = eachService((service) => services[service].events);

/** One document per stream: the state as of its latest snapshot. */
export const snapshotsContainer = (service: ServiceName): string => `${service}-snapshots`;
export const readModelsContainer = (service: ServiceName): string => `${service}-read-models`;
/** Sums over many streams, with what each stream adds beside them: of services that have such read models. */
export const totalsContainer = (service: 'order'): string => `${service}-totals`;
export const leasesContainer = (service: ServiceName): string => `${service}-leases`;
export const deadLettersContainer = (service: ServiceName): string => `${service}-dead-letters`;
/** What of the events is published, one entry each: used where services publish by outbox (`PUBLISH_MODE`). */
export const outboxContainer = (service: ServiceName): string => `${service}-outbox`;

/** What was answered to requests with an `Idempotency-Key`: a day long. */
export const answersContainer = (service: ServiceName): string => `${service}-answers`;

/** Who read events, who had a subject erased, and what operators did with dead letters: append-only. */
export const auditContainer = (service: ServiceName): string => `${service}-audit`;
/** The keys of subjects, wrapped. Of its own, because its rights and its backups are others than those of everything else. */
export const subjectKeysContainer = (service: ServiceName): string => `${service}-subject-keys`;

/** Fields of events, by service, that hold the ids of subjects: erasure finds a subject's streams by them. */
const subjectPaths: Readonly<Partial<Record<ServiceName, readonly string[]>>> = { order: ['/data/customerId'] };

/** Timers of sagas by the time they are due, in a few partitions that workers look through. */
export const timersContainer = 'fulfilment-timers';

const containersOf = (service: ServiceName): ContainerDefinition[] => [
  {
    name: eventsContainer[service],
    service,
    purpose: 'events',
    partitionKey: '/streamId',
    uniqueKeys: ['/dedup'],
    indexed: [
      ...['/version', '/dedup', '/type', '/recordedAt', '/metadata/correlationId'],
      ...(subjectPaths[service] ?? []),
    ],
  },
  // One document per stream, found by its id.
  { name: snapshotsContainer(service), service, purpose: 'snapshots', partitionKey: '/id', indexed: [] },
  { name: readModelsContainer(service), service, purpose: 'read-models', partitionKey: '/id' },
  ...(service === 'order'
    ? [
        {
          name: totalsContainer(service),
          service,
          purpose: 'totals',
          partitionKey: '/partition',
          // What lists ask by. What a stream adds is kept by the keys of the totals, and nobody asks for those.
          indexed: ['/readModel', '/hidden', '/total', '/day', '/sku'],
        } as const,
      ]
    : []),
  { name: leasesContainer(service), service, purpose: 'leases', partitionKey: '/id', indexed: [] },
  { name: deadLettersContainer(service), service, purpose: 'dead-letters', partitionKey: '/partition' },
  {
    name: outboxContainer(service),
    service,
    purpose: 'outbox',
    partitionKey: '/streamId',
    indexed: ['/status', '/changedAt'],
  },
  { name: answersContainer(service), service, purpose: 'answers', partitionKey: '/id', indexed: [], ttlS: 86_400 },
  {
    name: auditContainer(service),
    service,
    purpose: 'audit',
    partitionKey: '/streamId',
    indexed: ['/at', '/actor', '/action'],
  },
  ...(subjectPaths[service] === undefined
    ? []
    : [
        {
          name: subjectKeysContainer(service),
          service,
          purpose: 'subject-keys',
          partitionKey: '/id',
          indexed: [],
        } as const,
      ]),
];

export const containers: readonly ContainerDefinition[] = [
  ...serviceNames.flatMap(containersOf),
  {
    name: timersContainer,
    service: 'fulfilment',
    purpose: 'timers',
    partitionKey: '/partition',
    indexed: ['/model', '/dueAt'],
  },
];

export interface HubDefinition {
  readonly name: HubName;
  /** Fixed for good: the relay's mapping of keys to partitions depends on it. */
  readonly partitions: number;
  readonly consumerGroups: readonly ServiceName[];
}

/** Events for everybody, keyed by their stream; the inputs of sagas, keyed by the saga; commands, keyed by their target. */
export type HubName =
  `${(typeof publishers)[number]}-events` | 'saga-inputs' | `${(typeof participants)[number]}-commands`;

const partitions = 4;

/** The most hubs that there may be: the Standard tier of Event Hubs allows ten in a namespace. */
export const hubsMax = 8;

/** At most {@link hubsMax}. */
export const hubs: readonly HubDefinition[] = [
  ...publishers.map((service) => ({ name: `${service}-events` as const, partitions, consumerGroups: [] })),
  { name: 'saga-inputs', partitions, consumerGroups: ['fulfilment'] },
  ...participants.map((service) => ({ name: `${service}-commands` as const, partitions, consumerGroups: [service] })),
];

/** Container of Blob storage that holds the consumers' checkpoints. One per namespace of hubs. */
export const checkpointsContainer = 'checkpoints';

/**
 * Container of Blob storage that holds the signed anchors of all stream heads. Nobody who can write events may write here, and an
 * immutability policy keeps everybody from deleting.
 */
export const anchorsContainer = 'anchors';

/**
 * Container of Blob storage that holds archived events. The archiver writes, the services read, and nobody deletes: events that were
 * deleted after they were archived are nowhere else.
 */
export const archiveContainer = 'archive';
