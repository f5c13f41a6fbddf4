import { createFeedProcessor } from '@daybook/change-feed';
import type { StoredEvent } from '@daybook/eventstore';
import { type Container, memoryContainer, type VirtualRuntime } from '@daybook/ports';
import { createProjection } from '../create-projection.ts';
import { eventFeed } from '../projection-handler.ts';
import type { Projection } from '../projection.ts';
import type { ReadModelDefinition } from '../versions/read-model.ts';
import { createReadModels, type ReadModels, type ReadModelTiming } from '../versions/read-models.ts';
import { event } from './counter.ts';

/** How many events a stream has, and how many of them were of the kind `b`. */
export interface Count {
  readonly events: number;
  readonly b?: number;
}

export interface Stores {
  readonly events: Container<StoredEvent>;
  readonly leases: Container;
  readonly readModels: Container;
}

export interface ServiceWorld extends Stores {
  /** Appends so many events to a stream. */
  append(streamId: string, count?: number): Promise<void>;
  /** One process of the service: the read model `counts` in these versions. */
  instance(definition?: Partial<ReadModelDefinition<Projection<Count>>>, stores?: Partial<Stores>): Instance;
  readonly appended: ReadonlyMap<string, number>;
}

export interface Instance {
  readonly models: ReadModels;
  get(streamId: string): Promise<Count | undefined>;
  /** Which build answers. */
  serving(): Promise<string>;
  readonly live: boolean[];
}

export const timing: ReadModelTiming = {
  aliasMaxAgeMs: 1_000,
  lookEveryMs: 1_000,
  parityMaxAgeMs: 60_000,
  retireAfterMs: 10_000,
};

/** Version 1 counts events. Version 2 counts those of kind `b` as well; a defect makes it lose some. */
export function countsVersion(
  { readModels, events }: Stores,
  version: 1 | 2,
  defect: (streamId: string, at: number) => boolean = () => false,
  live: boolean[] = [],
) {
  return {
    version,
    comparable: ({ events: count }: Readonly<Record<string, unknown>>) => ({ events: count }),
    open: (name: string): Projection<Count> => {
      const projection = createProjection<Count>({
        name,
        readModel: readModels,
        streams: 'thing-',
        project: (before, { streamId, type, version: at }) => {
          const lost = version === 2 && defect(streamId, at);
          const count = (before?.events ?? 0) + (lost ? 0 : 1);
          return version === 1 ? { events: count } : { events: count, b: (before?.b ?? 0) + (type === 'b' ? 1 : 0) };
        },
        readStream: async (streamId, after) =>
          (
            await events.query({
              partitionKey: streamId,
              where: [{ field: 'version', op: '>', value: after }],
              orderBy: [{ field: 'version', direction: 'asc' }],
              limit: 1_000,
            })
          ).documents,
      });
      return {
        ...projection,
        apply(given, context) {
          live.push(context?.live ?? true);
          return projection.apply(given);
        },
      };
    },
  };
}

export function serviceWorld(runtime: VirtualRuntime): ServiceWorld {
  const events = memoryContainer<StoredEvent>({ name: 'events', runtime, partitionKey: ({ streamId }) => streamId });
  const leases = memoryContainer({ name: 'leases', runtime, partitionKey: ({ id }) => id });
  const readModels = memoryContainer({ name: 'read-models', runtime, partitionKey: ({ id }) => id });
  const appended = new Map<string, number>();
  return {
    ...{ events, leases, readModels, appended },
    async append(streamId, count = 1) {
      const from = appended.get(streamId) ?? 0;
      appended.set(streamId, from + count);
      const added = Array.from({ length: count }, (_, n) => event(streamId, from + 1 + n, n % 2 === 0 ? 'a' : 'b'));
      await events.batch(
        streamId,
        added.map((document) => ({ kind: 'create', document })),
      );
    },
    instance(definition = {}, stores = {}) {
      const own = { events, leases, readModels, ...stores };
      const live: boolean[] = [];
      const models = createReadModels({
        ...{ container: own.readModels, events: own.events, leases: own.leases, runtime, timing },
        openFeed: (name, handleKey, { limits }) =>
          createFeedProcessor<StoredEvent>({
            ...{ name, instance: runtime.newId(), source: own.events, leases: own.leases, runtime },
            ...{ ...eventFeed, handleKey, limits },
          }),
      });
      const counts = models.add({ name: 'counts', versions: [countsVersion(own, 1, undefined, live)], ...definition });
      return {
        ...{ models, live },
        get: async (streamId) => {
          const item = await counts.query((build) => build.get(streamId));
          if (item === undefined) return undefined;
          const { events: count, b } = item;
          return b === undefined ? { events: count } : { events: count, b };
        },
        serving: () => counts.query((build) => Promise.resolve(build.name)),
      };
    },
  };
}
