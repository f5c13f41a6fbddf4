import { type Decider, type Decision, isRefusal } from '@daybook/ports';
import type { AggregateStore, ExecuteRequest, Loaded, Outcome } from './aggregate.ts';
import { emptyHead } from './build-events.ts';
import { lruCache } from './cache.ts';
import type { EventCodec } from './codec.ts';
import {
  ConcurrencyConflict,
  InvalidAppend,
  isConcurrencyConflict,
  isExpectedVersionAhead,
  isStreamDiverged,
} from './errors.ts';
import type { AppendReceipt, EventStore, StreamHead } from './event-store.ts';
import { keyedQueue } from './keyed-queue.ts';
import type { DomainEvent, StoredEvent } from './stored-event.ts';
import { stateAsOf } from './time-travel/as-of.ts';

export interface AggregateStoreOptions<C, E extends DomainEvent, S> {
  readonly store: EventStore;
  readonly codec: EventCodec<E>;
  readonly decider: Decider<C, E, S>;
  /** Its streams are `<category>-<id>`; others are refused. */
  readonly category: string;
  /** `max`: how many streams' states are kept in memory. Default 1,000. */
  readonly cache?: { readonly max: number };
  /** How often a command is decided before a conflict is given up as one. Default 10. */
  readonly maxAttempts?: number;
  /** How many commands of this process may wait for one stream. Default 1,000. */
  readonly waitingMax?: number;
}

interface Current<S> {
  readonly state: S;
  readonly head: StreamHead;
}

/** The pause before deciding again grows up to this. */
const conflictPauseMsMax = 200;

export function createAggregateStore<C, E extends DomainEvent, S>(
  options: AggregateStoreOptions<C, E, S>,
): AggregateStore<C, E, S> {
  const { store, codec, decider, category, maxAttempts = 10, waitingMax = 1_000 } = options;
  const cache = lruCache<Current<S>>(options.cache?.max ?? 1_000);
  const queue = keyedQueue(waitingMax);

  const fold = (current: Current<S>, stored: StoredEvent): Current<S> => {
    const event = codec.decode(stored);
    const { version, hash, recordedAt } = stored;
    return {
      state: event === undefined ? current.state : decider.evolve(current.state, event),
      head: { version, hash, recordedAt },
    };
  };

  /** What is in memory, with the events since then. */
  const refresh = async (streamId: string): Promise<Current<S>> => {
    const known = cache.get(streamId) ?? { state: decider.initial, head: emptyHead };
    let current = known;
    for await (const stored of store.readAll(streamId, { afterVersion: known.head.version })) {
      if (stored.previousHash !== current.head.hash && known.head.version > 0) {
        // What is in memory is not what these events follow: it was restored or rewritten. Begin anew from the events.
        cache.delete(streamId);
        return refresh(streamId);
      }
      current = fold(current, stored);
    }
    keep(streamId, current);
    return current;
  };

  // Loads run beside commands: an older state must not take the place of a newer one.
  const keep = (streamId: string, current: Current<S>): void => {
    const known = cache.get(streamId);
    if (known === undefined || known.head.version < current.head.version) cache.set(streamId, current);
  };

  const duplicateOf = async (streamId: string, commandKey: string): Promise<Outcome<E, S> | undefined> => {
    const found = await store.findByCommandKey(streamId, commandKey);
    if (found.length === 0) return undefined;
    return duplicate(streamId, receiptOf(streamId, found), found);
  };

  const duplicate = async (
    streamId: string,
    receipt: AppendReceipt,
    stored: readonly StoredEvent[],
  ): Promise<Outcome<E, S>> => {
    const { state, head } = await refresh(streamId);
    const events = stored.map((event) => codec.decode(event)).filter((event) => event !== undefined);
    return { kind: 'duplicate', receipt, events, state, version: head.version };
  };

  /**
   * A decision that appends nothing was guarded by nothing. It stands where its state was the head at the primary and the command
   * key is unused; `undefined` says that the state was old.
   */
  const settleWithout = async (
    request: ExecuteRequest<C, E, S>,
    current: Current<S>,
    outcome: Outcome<E, S>,
  ): Promise<Outcome<E, S> | undefined> => {
    const { streamId, metadata } = request;
    const position = await store.checkHead(streamId, current.head.version);
    const before = await duplicateOf(streamId, metadata.commandKey);
    if (before !== undefined) return before;
    if (position === 'head') return outcome;
    if (position === 'ahead') cache.delete(streamId);
    return undefined;
  };

  /** One decision and what comes of it; `undefined` where it has to be made again. */
  const attempt = async (request: ExecuteRequest<C, E, S>, current: Current<S>): Promise<Outcome<E, S> | undefined> => {
    const { streamId, metadata, expectedVersion } = request;
    const { state, head } = current;
    const { version } = head;
    if (expectedVersion !== undefined && expectedVersion !== version) {
      return settleWithout(request, current, { kind: 'version-mismatch', version });
    }
    const decision: Decision<E> =
      'command' in request ? decider.decide(request.command, state) : request.decide(state, version);
    if (isRefusal(decision)) {
      return settleWithout(request, current, { kind: 'refused', refusal: decision, state, version });
    }
    if (decision.length === 0) return settleWithout(request, current, { kind: 'unchanged', state, version });

    const encoded = decision.map((event) => codec.encode(event));
    try {
      const receipt = await store.append({ streamId, expectedVersion: version, head, events: encoded, metadata });
      if (receipt.duplicate) {
        return await duplicate(streamId, receipt, await store.findByCommandKey(streamId, metadata.commandKey));
      }
      // Evolved from what was stored, so that the state in memory is the one that a replay gives.
      const events = encoded.map(({ type, data }) => ({ type, data }) as E);
      const next = events.reduce((before, event) => decider.evolve(before, event), state);
      keep(streamId, {
        state: next,
        head: { version: receipt.toVersion, hash: receipt.lastHash, recordedAt: receipt.recordedAt },
      });
      return { kind: 'appended', receipt, events, state: next, version: receipt.toVersion };
    } catch (error) {
      if (isStreamDiverged(error) || isExpectedVersionAhead(error)) cache.delete(streamId);
      if (isConcurrencyConflict(error) || isExpectedVersionAhead(error)) return undefined;
      throw error;
    }
  };

  const decideUntilSettled = async (request: ExecuteRequest<C, E, S>): Promise<Outcome<E, S>> => {
    const { streamId } = request;
    let current = cache.get(streamId) ?? (await refresh(streamId));
    for (let made = 1; ; made += 1) {
      const outcome = await attempt(request, current);
      if (outcome !== undefined) return outcome;
      if (made >= maxAttempts) throw new ConcurrencyConflict(streamId, current.head.version, undefined);
      await store.runtime.sleep(store.runtime.random() * Math.min(conflictPauseMsMax, 2 ** made));
      current = await refresh(streamId);
    }
  };

  const checkStream = (streamId: string): void => {
    if (!streamId.startsWith(`${category}-`)) {
      throw new InvalidAppend(
        'streamId',
        `"${streamId}" is not a stream of ${category}: it must begin with "${category}-"`,
      );
    }
  };

  return {
    async load(streamId): Promise<Loaded<S>> {
      checkStream(streamId);
      const { state, head } = await refresh(streamId);
      return { state, version: head.version, lastHash: head.hash };
    },
    async asOf(streamId, point) {
      checkStream(streamId);
      return stateAsOf(options, streamId, point);
    },
    async execute(request) {
      checkStream(request.streamId);
      return queue.run(request.streamId, () => decideUntilSettled(request));
    },
  };
}

function receiptOf(streamId: string, events: readonly StoredEvent[]): AppendReceipt {
  const first = events[0] as StoredEvent;
  const last = events.at(-1) as StoredEvent;
  return {
    streamId,
    fromVersion: first.version,
    toVersion: last.version,
    eventIds: events.map((event) => event.eventId),
    lastHash: last.hash,
    recordedAt: last.recordedAt,
    duplicate: true,
    requestCharge: 0,
    roundTrips: 0,
  };
}
