import { type Decider, type Decision, isRefusal } from '@daybook/ports';
import type { Ending, ExecuteRequest, Outcome } from './aggregate.ts';
import type { EncodedEvent, EventCodec } from './codec.ts';
import { costMeter, noCost } from './costs/cost.ts';
import { ConcurrencyConflict, isConcurrencyConflict, isExpectedVersionAhead, isStreamDiverged } from './errors.ts';
import type { AppendReceipt, EventStore } from './event-store.ts';
import type { Current, Metered, StateLoader } from './state-loader.ts';
import type { DomainEvent, StoredEvent } from './stored-event.ts';
import { receiptFor } from './write-batch.ts';

/** What executing commands of one kind of aggregate takes. */
export interface Execution<C, E extends DomainEvent, S> {
  readonly store: EventStore;
  readonly codec: EventCodec<E>;
  readonly decider: Decider<C, E, S>;
  readonly loader: StateLoader<S>;
  /** How often a command is decided before a conflict is given up as one. */
  readonly maxAttempts: number;
}

/** The pause before deciding again grows up to this. */
const conflictPauseMsMax = 200;

/** @param made how often it was decided */
export function pauseAfterConflict({ runtime }: EventStore, made: number): Promise<void> {
  return runtime.sleep(runtime.random() * Math.min(conflictPauseMsMax, 2 ** made));
}

export function decide<C, E, S>(
  decider: Decider<C, E, S>,
  request: ExecuteRequest<C, E, S>,
  state: S,
  version: number,
): Decision<E> {
  return 'command' in request ? decider.decide(request.command, state) : request.decide(state, version);
}

/** The events as they are stored, and as they are read: states are evolved from these, so that a replay gives the same. */
export async function encodeAll<E extends DomainEvent>(
  codec: EventCodec<E>,
  streamId: string,
  events: readonly E[],
): Promise<{ readonly encoded: readonly EncodedEvent[]; readonly events: readonly E[] }> {
  await codec.prepareEncode?.(streamId, events);
  const encoded = events.map((event) => codec.encode(event));
  return { encoded, events: encoded.flatMap((event) => codec.decodeAll(event)) };
}

export function headAfter({ toVersion, lastHash, recordedAt }: AppendReceipt): Current<unknown>['head'] {
  return { version: toVersion, hash: lastHash, recordedAt };
}

/** Decides one command and appends what comes of it, again and again until it is settled. */
export async function executeOne<C, E extends DomainEvent, S>(
  execution: Execution<C, E, S>,
  request: ExecuteRequest<C, E, S>,
): Promise<Outcome<E, S>> {
  const { codec, decider, loader, maxAttempts } = execution;
  const { streamId, metadata, expectedVersion } = request;
  const meter = costMeter();
  const store = execution.store.metered(meter);
  const over: Metered = { store, meter };

  const duplicate = async (receipt: AppendReceipt, stored: readonly StoredEvent[]): Promise<Ending<E, S>> => {
    const { state, head } = await loader.refresh(over, streamId);
    await codec.prepareDecode?.(stored);
    const events = stored.flatMap((event) => codec.decodeAll(event));
    return { kind: 'duplicate', receipt, events, state, version: head.version };
  };

  /**
   * A decision that appends nothing was guarded by nothing. It stands where its state was the head at the primary and the command
   * key is unused; `undefined` says that the state was old.
   */
  const settleWithout = async (current: Current<S>, ending: Ending<E, S>): Promise<Ending<E, S> | undefined> => {
    const position = await store.checkHead(streamId, current.head.version);
    const found = await store.findByCommandKey(streamId, metadata.commandKey);
    if (found.length > 0) return duplicate(receiptFor(found, true, noCost), found);
    if (position === 'head') return ending;
    if (position === 'ahead') loader.forget(streamId);
    return undefined;
  };

  /** One decision and what comes of it; `undefined` where it has to be made again. */
  const attempt = async (current: Current<S>): Promise<Ending<E, S> | undefined> => {
    const { state, head } = current;
    const { version } = head;
    if (expectedVersion !== undefined && expectedVersion !== version) {
      return settleWithout(current, { kind: 'version-mismatch', version });
    }
    const decision = decide(decider, request, state, version);
    if (isRefusal(decision)) return settleWithout(current, { kind: 'refused', refusal: decision, state, version });
    if (decision.length === 0) return settleWithout(current, { kind: 'unchanged', state, version });

    const { encoded, events } = await encodeAll(codec, streamId, decision);
    // Before the append: events that `evolve` cannot take must not come to be stored.
    const next = events.reduce((before, event) => decider.evolve(before, event), state);
    try {
      const receipt = await store.append({ streamId, expectedVersion: version, head, events: encoded, metadata });
      if (receipt.duplicate) {
        return await duplicate(receipt, await store.findByCommandKey(streamId, metadata.commandKey));
      }
      loader.keep(streamId, { state: next, head: headAfter(receipt), snapshotVersion: current.snapshotVersion });
      return { kind: 'appended', receipt, events, state: next, version: receipt.toVersion };
    } catch (error) {
      if (isStreamDiverged(error)) loader.forget(streamId, { snapshot: true });
      if (isExpectedVersionAhead(error)) loader.forget(streamId);
      if (isConcurrencyConflict(error) || isExpectedVersionAhead(error)) return undefined;
      throw error;
    }
  };

  let current = await loader.forCommand(over, streamId, request.fresh === true);
  for (let made = 1; ; made += 1) {
    const ending = await attempt(current);
    if (ending !== undefined) return { ...ending, cost: meter.total() };
    if (made >= maxAttempts) throw new ConcurrencyConflict(streamId, current.head.version, undefined);
    await pauseAfterConflict(store, made);
    current = await loader.refresh(over, streamId);
  }
}
