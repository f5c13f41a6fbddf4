import { buildEvents, checkRequest, eventsPerAppendMax } from '../build-events.ts';
import type { EncodedEvent } from '../codec.ts';
import type { Database } from '../database.ts';
import { AppendOutcomeUnknown, InvalidAppend } from '../errors.ts';
import type { AppendReceipt, StreamHead } from '../event-store.ts';
import { checkSuccessor } from '../lookup.ts';
import { isOwnAppend } from '../settle.ts';
import type { EventMetadata, StoredEvent } from '../stored-event.ts';
import { receiptFor, writeBatch } from '../write-batch.ts';

export interface GroupAppendRequest {
  readonly streamId: string;
  /** The event that the first command was decided on. */
  readonly head: StreamHead;
  /** Each decided on what the ones before it append; together 1 to 99 events. Command keys differ. */
  readonly commands: readonly { readonly events: readonly EncodedEvent[]; readonly metadata: EventMetadata }[];
}

export type GroupAppend =
  /** One receipt a command, in their order. */
  | { readonly kind: 'appended'; readonly receipts: readonly AppendReceipt[] }
  /** Somebody else appended first, or the stream has not reached the head (`ahead`). Nothing was appended. */
  | { readonly kind: 'race'; readonly ahead: boolean }
  /** The database refused what this command wanted to append, most likely because its key was used before. Nothing was appended. */
  | { readonly kind: 'refused'; readonly commandIndex: number };

/** See `EventStore.appendGroup`. */
export async function appendGroup(database: Database, request: GroupAppendRequest): Promise<GroupAppend> {
  const { streamId, head } = request;
  const perCommand = buildCommands(database, request);
  const events = perCommand.flat();
  const outcome = await writeBatch(database, streamId, keyOf(request, 0), head, events);
  if (outcome.applied) return { kind: 'appended', receipts: receiptsOf(perCommand, database) };

  const firstCreate = head.version === 0 ? 0 : 1;
  if (outcome.failedIndex > firstCreate) {
    // The first create passed, so the versions were free: it was the unique key.
    const ordinal = outcome.failedIndex - firstCreate;
    const commandIndex = perCommand.findIndex((each) => (each.at(-1) as StoredEvent).version > head.version + ordinal);
    return { kind: 'refused', commandIndex: Math.max(0, commandIndex) };
  }
  let position: Awaited<ReturnType<typeof checkSuccessor>>;
  try {
    position = await checkSuccessor(database, streamId, head.version);
  } catch (error) {
    // An earlier attempt of this call may be what stands there.
    throw new AppendOutcomeUnknown(streamId, keyOf(request, 0), error);
  }
  if (position.successor !== undefined && isOwnAppend([position.successor], events)) {
    // A batch is applied whole: where its first event is, all are.
    return { kind: 'appended', receipts: receiptsOf(perCommand, database) };
  }
  if (position.position === 'head') return { kind: 'refused', commandIndex: 0 };
  return { kind: 'race', ahead: position.position === 'ahead' };
}

const keyOf = ({ commands }: GroupAppendRequest, index: number): string => commands[index]?.metadata.commandKey ?? '';

function buildCommands(database: Database, { streamId, head, commands }: GroupAppendRequest): StoredEvent[][] {
  const count = commands.reduce((sum, { events }) => sum + events.length, 0);
  if (commands.length === 0 || count > eventsPerAppendMax) {
    throw new InvalidAppend('commands', `1 to ${eventsPerAppendMax} events can be appended at once, not ${count}`);
  }
  let before = head;
  return commands.map(({ events, metadata }) => {
    const append = { streamId, expectedVersion: before.version, events, metadata };
    checkRequest(append);
    const built = [...buildEvents(append, before, database.runtime)];
    before = built.at(-1) as StoredEvent;
    return built;
  });
}

/** The batch is paid for once: each command's share is that of its events. */
function receiptsOf(perCommand: readonly (readonly StoredEvent[])[], database: Database): AppendReceipt[] {
  const { requestCharge, roundTrips } = database.cost();
  const count = perCommand.reduce((sum, events) => sum + events.length, 0);
  return perCommand.map((events) =>
    receiptFor(events, false, {
      requestCharge: Math.round((requestCharge * 100 * events.length) / count) / 100,
      roundTrips,
    }),
  );
}
