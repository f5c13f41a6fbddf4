import { isRefusal } from '@daybook/ports';
import type { ExecuteRequest, Outcome } from '../aggregate.ts';
import { eventsPerAppendMax } from '../build-events.ts';
import type { EncodedEvent } from '../codec.ts';
import { costMeter } from '../costs/cost.ts';
import {
  AppendOutcomeUnknown,
  isAppendOutcomeUnknown,
  isAppendTooLarge,
  isInvalidAppend,
  isStreamDiverged,
} from '../errors.ts';
import type { AppendReceipt } from '../event-store.ts';
import { type Execution, decide, encodeAll, executeOne, headAfter, pauseAfterConflict } from '../execute-one.ts';
import type { Current, Metered } from '../state-loader.ts';
import type { DomainEvent } from '../stored-event.ts';
import type { GroupAppend } from './append-group.ts';
import type { Waiting } from './group-queue.ts';
import { createRepeatedCommands } from './repeated-commands.ts';

type Item<C, E extends DomainEvent, S> = Waiting<ExecuteRequest<C, E, S>, Outcome<E, S>>;

/** A command whose decision waits to be appended with others. */
interface Member<C, E extends DomainEvent, S> {
  readonly item: Item<C, E, S>;
  readonly encoded: readonly EncodedEvent[];
  readonly events: readonly E[];
  readonly state: S;
}

/** A batch takes 2 MB; events and their envelopes are counted by their data, so the rest is wide. */
const groupBytesMax = 1_500_000;
const envelopeBytes = 1_500;
/** What is larger goes alone, where its exact size is checked. */
const memberBytesMax = 800_000;

/**
 * Settles the commands of one stream that arrived together, in the order of their arrival. Runs of commands that append something are
 * one batch. What appends nothing, repeats a key, or cannot be decided is settled alone, at its place: exactly as if it had come alone. Once
 * one turns out to repeat a command, the others are looked up together: a group that is delivered again is mostly that.
 */
export async function executeGroup<C, E extends DomainEvent, S>(
  execution: Execution<C, E, S>,
  streamId: string,
  group: readonly Item<C, E, S>[],
): Promise<void> {
  const { loader, maxAttempts } = execution;
  const alone = new Set<Item<C, E, S>>();
  const left = [...group];
  const repeated = createRepeatedCommands(execution, streamId);
  let races = 0;

  while (left.length > 0) {
    const [first] = left as [Item<C, E, S>, ...Item<C, E, S>[]];
    if (left.length === 1 || alone.has(first)) {
      left.shift();
      const outcome = executeOne(execution, first.request);
      await outcome.then(first.resolve, first.reject);
      const ended = await outcome.catch(() => undefined);
      if (ended?.kind === 'duplicate') await repeated.settle(left);
      continue;
    }
    const meter = costMeter();
    const over: Metered = { store: execution.store.metered(meter), meter };
    let members: readonly Member<C, E, S>[] = [];
    try {
      const current = await loader.forCommand(over, streamId, first.request.fresh === true);
      members = await collect(execution, current, left, alone);
      if (members.length < 2) {
        alone.add(first);
        continue;
      }
      const result = await append(over, streamId, current, members);
      if (result.kind === 'appended') {
        settle(execution, over, current, members, result.receipts);
        left.splice(0, members.length);
        races = 0;
      } else if (result.kind === 'refused') {
        alone.add((members[result.commandIndex] ?? members[0])?.item ?? first);
        await repeated.settle(left);
      } else if ((races += 1) >= maxAttempts) {
        alone.add(first);
      } else {
        if (result.ahead) loader.forget(streamId);
        await pauseAfterConflict(over.store, races);
        await loader.refresh(over, streamId);
      }
    } catch (error) {
      // Wrong before anything was written: the one that is wrong will find out alone.
      if (members.length > 0 && (isInvalidAppend(error) || isAppendTooLarge(error))) {
        for (const { item } of members) alone.add(item);
        continue;
      }
      if (isStreamDiverged(error)) loader.forget(streamId, { snapshot: true });
      // Without members the stream could not be loaded, which is the same for all.
      const failed = members.length === 0 ? left.splice(0) : left.splice(0, members.length);
      for (const item of failed) item.reject(ownError(error, streamId, item.request.metadata.commandKey));
    }
  }
}

function ownError(error: unknown, streamId: string, commandKey: string): unknown {
  return isAppendOutcomeUnknown(error) ? new AppendOutcomeUnknown(streamId, commandKey, error.cause) : error;
}

/** Decides from the first on, each on the state that the ones before it leave, as long as all append something and fit together. */
async function collect<C, E extends DomainEvent, S>(
  { codec, decider }: Execution<C, E, S>,
  current: Current<S>,
  items: readonly Item<C, E, S>[],
  alone: Set<Item<C, E, S>>,
): Promise<readonly Member<C, E, S>[]> {
  const members: Member<C, E, S>[] = [];
  const keys = new Set<string>();
  let { state } = current;
  let { version } = current.head;
  let bytes = 0;
  for (const item of items) {
    const { streamId, metadata, expectedVersion } = item.request;
    if (alone.has(item) || keys.has(metadata.commandKey)) break;
    const member = await decideMember();
    if (member === undefined) {
      alone.add(item);
      break;
    }
    const itsBytes = sizeOf(member.encoded);
    if (itsBytes > memberBytesMax) alone.add(item);
    const count = version - current.head.version + member.encoded.length;
    if (alone.has(item) || count > eventsPerAppendMax || bytes + itsBytes > groupBytesMax) break;
    members.push(member);
    keys.add(metadata.commandKey);
    ({ state } = member);
    version += member.encoded.length;
    bytes += itsBytes;

    async function decideMember(): Promise<Member<C, E, S> | undefined> {
      if (expectedVersion !== undefined && expectedVersion !== version) return undefined;
      try {
        const decision = decide(decider, item.request, state, version);
        if (isRefusal(decision) || decision.length === 0) return undefined;
        const { encoded, events } = await encodeAll(codec, streamId, decision);
        return { item, encoded, events, state: events.reduce((before, event) => decider.evolve(before, event), state) };
      } catch {
        // Decided on events that are not stored: whether it is an error will be seen once they are.
        return undefined;
      }
    }
  }
  return members;
}

function append<C, E extends DomainEvent, S>(
  { store }: Metered,
  streamId: string,
  { head }: Current<S>,
  members: readonly Member<C, E, S>[],
): Promise<GroupAppend> {
  const commands = members.map(({ item, encoded }) => ({ events: encoded, metadata: item.request.metadata }));
  return store.appendGroup({ streamId, head, commands });
}

function settle<C, E extends DomainEvent, S>(
  { loader }: Execution<C, E, S>,
  { meter }: Metered,
  { snapshotVersion }: Current<S>,
  members: readonly Member<C, E, S>[],
  receipts: readonly AppendReceipt[],
): void {
  const { requestCharge, roundTrips } = meter.total();
  const cost = { requestCharge: Math.round((requestCharge * 100) / members.length) / 100, roundTrips };
  for (const [index, { item, events, state }] of members.entries()) {
    const receipt = receipts[index] as AppendReceipt;
    if (index === members.length - 1) {
      loader.keep(receipt.streamId, { state, head: headAfter(receipt), snapshotVersion });
    }
    item.resolve({ kind: 'appended', receipt, events, state, version: receipt.toVersion, cost });
  }
}

function sizeOf(events: readonly EncodedEvent[]): number {
  return events.reduce((sum, { data }) => sum + Buffer.byteLength(JSON.stringify(data)) + envelopeBytes, 0);
}
