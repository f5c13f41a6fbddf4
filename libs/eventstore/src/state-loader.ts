import type { Decider } from '@daybook/ports';
import { emptyHead } from './build-events.ts';
import { lruCache } from './cache.ts';
import type { EventCodec } from './codec.ts';
import type { CostMeter } from './costs/cost.ts';
import { type EventStoreMetrics, categoryOf } from './costs/metrics.ts';
import { StreamCorrupt } from './errors.ts';
import type { EventStore, StreamHead } from './event-store.ts';
import type { Snapshot, SnapshotMiss, Snapshots } from './snapshots/snapshots.ts';
import type { DomainEvent, StoredEvent } from './stored-event.ts';

/** A state and where in its stream it stands. */
export interface Current<S> {
  readonly state: S;
  readonly head: StreamHead;
  /** Of the newest snapshot that was read or asked for; 0 where there was none. */
  readonly snapshotVersion: number;
}

/** A store, and the bill of the operation that uses it. */
export interface Metered {
  readonly store: EventStore;
  readonly meter: CostMeter;
}

/**
 * How a state in memory is used. `trust`: decided on at once, and the append's guard says whether it was current. `check`: a point read
 * of the next version first, for aggregates that several instances write all the time.
 */
export type CacheMode = 'trust' | 'check';

export interface StateLoader<S> {
  /** For a command: from memory where it is there; where it is not and the stream should be new, the initial state. */
  forCommand(over: Metered, streamId: string, fresh: boolean): Promise<Current<S>>;
  /** As current as a read of the session is. */
  current(over: Metered, streamId: string): Promise<Current<S>>;
  /** What is in memory, with the events since then. */
  refresh(over: Metered, streamId: string): Promise<Current<S>>;
  /** After an append. Never puts an older state in the place of a newer one. */
  keep(streamId: string, current: Current<S>): void;
  /** The stream is not what it was. */
  forget(streamId: string, options?: { readonly snapshot: boolean }): void;
}

export interface StateLoaderOptions<E extends DomainEvent, S> {
  readonly codec: EventCodec<E>;
  readonly decider: Pick<Decider<never, E, S>, 'evolve' | 'initial'>;
  readonly cacheMax: number;
  readonly cacheMode: CacheMode;
  readonly snapshots: Snapshots<S> | undefined;
  readonly metrics: EventStoreMetrics;
}

const pageMax = 1_000;
/** A snapshot is asked for when its interval is full: by then an append of several events, or one in flight, has gone past it. */
const tailSlack = 20;

export function createStateLoader<E extends DomainEvent, S>(options: StateLoaderOptions<E, S>): StateLoader<S> {
  const { codec, decider, snapshots, cacheMode } = options;
  const cache = lruCache<Current<S>>(options.cacheMax);
  const nothing: Current<S> = { state: decider.initial, head: emptyHead, snapshotVersion: 0 };

  const fold = async (from: Current<S>, stored: readonly StoredEvent[]): Promise<Current<S>> => {
    const last = stored.at(-1);
    if (last === undefined) return from;
    await codec.prepareDecode?.(stored);
    let { state } = from;
    for (const event of stored) for (const each of codec.decodeAll(event)) state = decider.evolve(state, each);
    const { version, hash, recordedAt } = last;
    return { state, head: { version, hash, recordedAt }, snapshotVersion: from.snapshotVersion };
  };

  const keep = (streamId: string, current: Current<S>): void => {
    // Loads run beside commands: an older state must not take the place of a newer one.
    const known = cache.get(streamId);
    if (known !== undefined && known.head.version >= current.head.version) return;
    const snapshotVersion = Math.max(current.snapshotVersion, known?.snapshotVersion ?? 0);
    const due = snapshots !== undefined && current.head.version - snapshotVersion >= snapshots.every;
    if (due) snapshots.offer(streamId, current);
    cache.set(streamId, { ...current, snapshotVersion: due ? current.head.version : snapshotVersion });
  };

  const forget: StateLoader<S>['forget'] = (streamId, { snapshot } = { snapshot: false }) => {
    cache.delete(streamId);
    if (snapshot) snapshots?.drop(streamId);
  };

  /** The events after `from`, up to the end or up to `beforeVersion`. `undefined` where they do not follow it. */
  const replay = async (
    { store }: Metered,
    streamId: string,
    from: Current<S>,
    beforeVersion?: number,
  ): Promise<Current<S> | undefined> => {
    let current = from;
    for (let complete = false; !complete;) {
      const slice = await store.read({
        streamId,
        afterVersion: current.head.version,
        limit: pageMax,
        ...(beforeVersion === undefined ? {} : { beforeVersion }),
      });
      // A stream is replayed from its first event also where it is broken: to find that is the business of `verifyStream`.
      if (from.head.version > 0 && !follows(current.head, slice.events)) return undefined;
      current = await fold(current, slice.events);
      complete = slice.complete;
    }
    return current;
  };

  const refresh = async (over: Metered, streamId: string): Promise<Current<S>> => {
    const known = cache.get(streamId);
    let current = known === undefined ? await load(over, streamId) : await replay(over, streamId, known);
    if (current === undefined) {
      // What is in memory is not what these events follow: the stream was restored or rewritten. Begin anew from the events.
      forget(streamId, { snapshot: true });
      current = (await replay(over, streamId, nothing)) ?? nothing;
    }
    keep(streamId, current);
    return cache.get(streamId) ?? current;
  };

  const load = async (over: Metered, streamId: string): Promise<Current<S>> => {
    if (snapshots === undefined) return (await replay(over, streamId, nothing)) ?? nothing;
    // Newest first, so that it need not wait for the snapshot to know where to begin.
    const limit = Math.min(pageMax, snapshots.every + tailSlack);
    const [read, tail] = await Promise.all([
      snapshots.read(streamId),
      over.store.read({ streamId, direction: 'backward', limit }),
    ]);
    // Beside each other, they take the time of one.
    const roundTrips = Math.max(0, read.cost.roundTrips - tail.roundTrips);
    over.meter.add({ requestCharge: read.cost.requestCharge, roundTrips });

    const events = tail.events.toReversed();
    const begun = read.snapshot && (await fromSnapshot(over, streamId, read.snapshot, events));
    tell(streamId, begun === undefined, read.miss ?? 'diverged', events.at(-1)?.version ?? 0);
    if (begun !== undefined) return begun;
    if (read.snapshot !== undefined && read.snapshot.head.version <= (events.at(-1)?.version ?? 0))
      snapshots.drop(streamId);
    const first = events[0]?.version ?? 1;
    const before = first === 1 ? nothing : ((await replay(over, streamId, nothing, first)) ?? nothing);
    if (before.head.version !== first - 1) throw new StreamCorrupt(streamId, before.head.version + 1, 'is missing');
    return fold(before, events);
  };

  /** @param tail the newest events, oldest first. @returns `undefined` where the snapshot is not of this stream */
  const fromSnapshot = async (
    over: Metered,
    streamId: string,
    { state, head }: Snapshot<S>,
    tail: readonly StoredEvent[],
  ): Promise<Current<S> | undefined> => {
    const begun: Current<S> = { state, head, snapshotVersion: head.version };
    const [first] = tail;
    const last = tail.at(-1);
    // Nothing confirms a snapshot of what this session does not see.
    if (first === undefined || last === undefined || last.version < head.version) return undefined;
    if (head.version >= first.version) {
      return tail[head.version - first.version]?.hash === head.hash
        ? fold(begun, tail.slice(head.version - first.version + 1))
        : undefined;
    }
    const upToTail = head.version === first.version - 1 ? begun : await replay(over, streamId, begun, first.version);
    return upToTail !== undefined && follows(upToTail.head, tail) ? fold(upToTail, tail) : undefined;
  };

  const tell = (streamId: string, missed: boolean, reason: SnapshotMiss | 'diverged', version: number): void => {
    // A stream shorter than the interval has nothing to hit.
    if (snapshots === undefined || (missed && version < snapshots.every)) return;
    const attributes = { aggregate: categoryOf(streamId), ...(missed ? { reason } : {}) };
    options.metrics.count(missed ? 'event_store.snapshot_misses' : 'event_store.snapshot_hits', 1, attributes);
  };

  const current = async (over: Metered, streamId: string): Promise<Current<S>> => {
    const known = cache.get(streamId);
    if (known === undefined) return refresh(over, streamId);
    const next = await over.store.readEvent(streamId, known.head.version + 1);
    return next === undefined ? known : refresh(over, streamId);
  };

  return {
    async forCommand(over, streamId, fresh) {
      const known = cache.get(streamId);
      if (known === undefined) return fresh ? nothing : refresh(over, streamId);
      return cacheMode === 'check' ? current(over, streamId) : known;
    },
    current,
    refresh,
    keep,
    forget,
  };
}

function follows(head: StreamHead, events: readonly StoredEvent[]): boolean {
  let { hash } = head;
  for (const event of events) {
    if (event.previousHash !== hash) return false;
    hash = event.hash;
  }
  return true;
}
