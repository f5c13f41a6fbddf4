import type { Container, Decider, Json } from '@daybook/ports';
import type { AggregateStore, ExecuteRequest, Outcome } from './aggregate.ts';
import type { EventCodec } from './codec.ts';
import { costMeter } from './costs/cost.ts';
import { InvalidAppend } from './errors.ts';
import type { EventStore } from './event-store.ts';
import type { Execution } from './execute-one.ts';
import { executeGroup } from './hot-streams/execute-group.ts';
import { groupQueue } from './hot-streams/group-queue.ts';
import { type StateFormat, stateFingerprint } from './snapshots/fingerprint.ts';
import { type Snapshots, createSnapshots, snapshotIntervals } from './snapshots/snapshots.ts';
import { type CacheMode, createStateLoader } from './state-loader.ts';
import type { DomainEvent } from './stored-event.ts';
import { stateAsOf } from './time-travel/as-of.ts';

export interface SnapshotOptions<S> {
  /** Partition key `/id`; the service's own, beside its events container. */
  readonly container: Container;
  /** How many events lie between two snapshots: see `snapshotIntervals`. Default 100. */
  readonly every?: number;
  /**
   * Version of the state: another where `evolve` makes something else of the same events. Changes of `evolve` itself, of the initial
   * state and of the codec are noticed without; changes of what `evolve` calls are not.
   */
  readonly stateVersion: number;
  /**
   * A pair of pure functions for states that are not plain JSON; part of the fingerprint. `collectionsFormat()` does for Maps and Sets.
   * Default: the state as it is, which must then be plain JSON: any other is never stored.
   */
  readonly format?: StateFormat<S>;
  /** Streams whose snapshot may wait to be written. Default 1,000. */
  readonly waitingMax?: number;
}

export interface AggregateStoreOptions<C, E extends DomainEvent, S> {
  readonly store: EventStore;
  readonly codec: EventCodec<E>;
  readonly decider: Decider<C, E, S>;
  /** Its streams are `<category>-<id>`; others are refused. */
  readonly category: string;
  /** `max`: how many streams' states are kept in memory, default 1,000. `mode`: how they are used, default `trust`. */
  readonly cache?: { readonly max?: number; readonly mode?: CacheMode };
  /** Without, every state that is not in memory is replayed from its first event. */
  readonly snapshots?: SnapshotOptions<S>;
  /** How often a command is decided before a conflict is given up as one. Default 10. */
  readonly maxAttempts?: number;
  /** How many commands of this process may wait for one stream. Default 1,000. */
  readonly waitingMax?: number;
  /** How many commands are appended as one batch at most: 1 appends each alone. Default 99. */
  readonly groupMax?: number;
}

export function createAggregateStore<C, E extends DomainEvent, S>(
  options: AggregateStoreOptions<C, E, S>,
): AggregateStore<C, E, S> {
  const { store, codec, decider, category, cache = {}, maxAttempts = 10, waitingMax = 1_000, groupMax = 99 } = options;
  const snapshots = options.snapshots && snapshotsOf(options, options.snapshots);
  const { max: cacheMax = 1_000, mode: cacheMode = 'trust' } = cache;
  const loader = createStateLoader({ codec, decider, cacheMax, cacheMode, snapshots, metrics: store.metrics });
  const execution: Execution<C, E, S> = { store, codec, decider, loader, maxAttempts };
  const queue = groupQueue<ExecuteRequest<C, E, S>, Outcome<E, S>>(waitingMax, groupMax, (streamId, group) =>
    executeGroup(execution, streamId, group),
  );

  const checkStream = (streamId: string): void => {
    if (!streamId.startsWith(`${category}-`)) {
      throw new InvalidAppend(
        'streamId',
        `"${streamId}" is not a stream of ${category}: it must begin with "${category}-"`,
      );
    }
  };

  return {
    async load(streamId) {
      checkStream(streamId);
      const meter = costMeter();
      const { state, head } = await loader.current({ store: store.metered(meter), meter }, streamId);
      return { state, version: head.version, lastHash: head.hash, cost: meter.total() };
    },
    async execute(request) {
      checkStream(request.streamId);
      return queue.add(request.streamId, request);
    },
    asOf: async (streamId, asOf) => {
      checkStream(streamId);
      return stateAsOf({ store, codec, decider }, streamId, asOf);
    },
    settled: async () => snapshots?.settled(),
  };
}

function snapshotsOf<C, E extends DomainEvent, S>(
  { store, codec, decider }: AggregateStoreOptions<C, E, S>,
  {
    container,
    every = snapshotIntervals.normal,
    stateVersion,
    format = asItIs<S>(),
    waitingMax = 1_000,
  }: SnapshotOptions<S>,
): Snapshots<S> {
  const fingerprint = stateFingerprint(stateVersion, decider, codec, format);
  return createSnapshots({ container, metrics: store.metrics, every, fingerprint, format, waitingMax });
}

/** For states that are plain JSON; any other is found when it is written, and never stored. */
function asItIs<S>(): StateFormat<S> {
  return { toJson: (state) => state as unknown as Json, fromJson: (json) => json as unknown as S };
}
