import type { Container, Runtime } from '@daybook/ports';
import { append } from './append.ts';
import type { EncodedEvent } from './codec.ts';
import type { Cost, CostMeter } from './costs/cost.ts';
import { type StoreOperation, measured, measuredWrite } from './costs/measure.ts';
import { type EventStoreMetrics, noMetrics } from './costs/metrics.ts';
import { type Database, createDatabase } from './database.ts';
import { type GroupAppend, type GroupAppendRequest, appendGroup } from './hot-streams/append-group.ts';
import { checkHead, findByCommandKey, findSingleEvents, readHead } from './lookup.ts';
import { read, readAll } from './read.ts';
import type { RetryPolicy } from './retry.ts';
import { resolveRetryPolicy } from './retry.ts';
import type { EventMetadata, StoredEvent } from './stored-event.ts';
import { type CorrelationRequest, type CorrelationSlice, readCorrelation } from './time-travel/correlation.ts';

/** The last event of a stream, as far as the next one needs it. */
export interface StreamHead {
  readonly version: number;
  readonly hash: string;
  readonly recordedAt: string;
}

export interface AppendRequest {
  /** `<aggregate>-<id>`, at most 255 characters. */
  readonly streamId: string;
  /** The version the decision was made on. `none` (same as 0): there must be no event yet. `any`: after whatever is there. */
  readonly expectedVersion: number | 'none' | 'any';
  /** The event at `expectedVersion`, where it is known: saves the round trip that would read it. */
  readonly head?: StreamHead;
  /** 1 to 99 events, appended all or none. */
  readonly events: readonly EncodedEvent[];
  readonly metadata: EventMetadata;
}

export type { Cost };

export interface AppendReceipt extends Cost {
  readonly streamId: string;
  readonly fromVersion: number;
  readonly toVersion: number;
  readonly eventIds: readonly string[];
  readonly lastHash: string;
  /** `recordedAt` of the last event. */
  readonly recordedAt: string;
  /** True where an earlier call with this command key had appended these events; this call then appended nothing. */
  readonly duplicate: boolean;
}

export interface ReadRequest {
  readonly streamId: string;
  /** Only events after this version. Default 0: all. */
  readonly afterVersion?: number;
  /** Only events before this version. */
  readonly beforeVersion?: number;
  /** At most this many events, 1 to 1,000. Default 200. */
  readonly limit?: number;
  /** Default `forward`: oldest first. */
  readonly direction?: 'forward' | 'backward';
}

export interface StreamSlice extends Cost {
  readonly events: readonly StoredEvent[];
  /** False where `limit` ended the slice: go on from its last event. */
  readonly complete: boolean;
}

/**
 * Where a version stands in its stream, at the primary. `head`: it is the last one. `behind`: the stream has gone on. `ahead`: the
 * stream has not reached it.
 */
export type HeadCheck = 'head' | 'behind' | 'ahead';

export interface EventStore {
  readonly runtime: Runtime;
  readonly metrics: EventStoreMetrics;
  /**
   * Appends the events of one command, all or none, in one round trip where `head` is given.
   *
   * @throws ConcurrencyConflict, ExpectedVersionAhead, AppendOutcomeUnknown, StreamDiverged, InvalidAppend, AppendTooLarge
   */
  append(request: AppendRequest): Promise<AppendReceipt>;
  /**
   * Appends the events of several commands, each decided on what those before it append, as one batch: all or none. A command whose key
   * was used before, or a lost race, makes the whole batch be refused; what to do then is the caller's to say.
   *
   * @throws AppendOutcomeUnknown, StreamDiverged, InvalidAppend, AppendTooLarge, for all of them
   */
  appendGroup(request: GroupAppendRequest): Promise<GroupAppend>;
  /** @throws StreamCorrupt where an event is missing */
  read(request: ReadRequest): Promise<StreamSlice>;
  /** All events, oldest first, read in pages as they are asked for. */
  readAll(streamId: string, options?: { readonly afterVersion?: number }): AsyncIterable<StoredEvent>;
  /**
   * The events of all streams of the container that go back to one client request, as people read them: by time, then stream, then
   * version. A query over all partitions.
   */
  readCorrelation(request: CorrelationRequest): Promise<CorrelationSlice>;
  /** One event, by a point read: the cheapest way to ask whether a stream has gone on. May miss what another instance appended a moment ago. */
  readEvent(streamId: string, version: number): Promise<StoredEvent | undefined>;
  /** The events a command appended, in order; none where the key was not used in this stream. */
  findByCommandKey(streamId: string, commandKey: string): Promise<readonly StoredEvent[]>;
  /**
   * Of several commands those that appended exactly one event, with that event, in one query. Looks at the first 50
   * keys. May miss what another instance appended a moment ago.
   */
  findSingleEvents(streamId: string, commandKeys: readonly string[]): Promise<ReadonlyMap<string, StoredEvent>>;
  /** The last event; `undefined` for a stream without events. May miss what another instance appended a moment ago. */
  readHead(streamId: string): Promise<StoredEvent | undefined>;
  /** Asks the primary: what another instance appended is seen. Queries that follow see at least as much. */
  checkHead(streamId: string, version: number): Promise<HeadCheck>;
  /** This store; what its calls cost is given to `meter` as well. */
  metered(meter: CostMeter): EventStore;
}

export interface EventStoreOptions {
  /** The events container: partition key `/streamId`, unique key `/dedup`. */
  readonly container: Container;
  readonly runtime: Runtime;
  readonly retry?: Partial<RetryPolicy>;
  /** Where measurements go. Default: nowhere. */
  readonly metrics?: EventStoreMetrics;
}

export function createEventStore(options: EventStoreOptions): EventStore {
  const { container, runtime, metrics = noMetrics } = options;
  const policy = resolveRetryPolicy(options.retry);
  const over = (outer: CostMeter | undefined): EventStore => {
    // Every call has a retry budget and a bill of its own.
    const run = <R>(
      operation: StoreOperation,
      streamId: string,
      work: (database: Database) => Promise<R>,
    ): Promise<R> =>
      measured(metrics, outer, operation, streamId, (meter) => work(createDatabase(container, runtime, policy, meter)));
    const readSlice = (request: ReadRequest) => run('read', request.streamId, (database) => read(database, request));
    return {
      runtime,
      metrics,
      append: (request) =>
        measuredWrite(
          { metrics, runtime },
          request.streamId,
          () => run('append', request.streamId, (database) => append(database, request)),
          ({ duplicate }) => ({ outcome: duplicate ? 'duplicate' : 'appended', commands: 1 }),
        ),
      appendGroup: (request) =>
        measuredWrite(
          { metrics, runtime },
          request.streamId,
          () => run('append-group', request.streamId, (database) => appendGroup(database, request)),
          ({ kind }) =>
            kind === 'appended'
              ? { outcome: 'appended', commands: request.commands.length }
              : { outcome: kind === 'race' ? 'conflict' : 'retried', commands: 0 },
        ),
      read: readSlice,
      readAll: (streamId, from) => readAll(readSlice, streamId, from?.afterVersion ?? 0),
      readCorrelation: (request) => run('read-correlation', 'all', (database) => readCorrelation(database, request)),
      readEvent: (streamId, version) => run('read-event', streamId, (database) => database.readOne(streamId, version)),
      findByCommandKey: (streamId, commandKey) =>
        run('find-by-command-key', streamId, (database) => findByCommandKey(database, streamId, commandKey)),
      findSingleEvents: (streamId, commandKeys) =>
        run('find-by-command-key', streamId, (database) => findSingleEvents(database, streamId, commandKeys)),
      readHead: (streamId) => run('head', streamId, (database) => readHead(database, streamId)),
      checkHead: (streamId, version) => run('head', streamId, (database) => checkHead(database, streamId, version)),
      metered: (meter) =>
        over(outer === undefined ? meter : { add: (cost) => (outer.add(cost), meter.add(cost)), total: meter.total }),
    };
  };
  return over(undefined);
}
