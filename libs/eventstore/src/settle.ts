import type { Database } from './database.ts';
import type { StreamHead } from './event-store.ts';
import { checkSuccessor, findByCommandKey, readHead } from './lookup.ts';
import type { StoredEvent } from './stored-event.ts';

/** What stands behind a batch that the database refused. */
export type Settlement =
  /** The command's events are stored, by an earlier call or by an earlier attempt of this one. */
  | { readonly kind: 'appended'; readonly events: readonly StoredEvent[] }
  /** Another command has the next version. */
  | { readonly kind: 'conflict'; readonly actualVersion: number | undefined }
  /** The stream has not reached the expected version. */
  | { readonly kind: 'ahead'; readonly actualVersion: number | undefined }
  /** The answers do not fit together yet. */
  | { readonly kind: 'unsettled'; readonly reason: string };

export interface RefusedAppend {
  readonly streamId: string;
  readonly commandKey: string;
  readonly head: StreamHead;
  readonly events: readonly StoredEvent[];
}

/**
 * Finds out, after a batch was refused with 404 or 409, what the stream looks like.
 *
 * The primary is asked first, with a batch of reads. It says for sure whether an attempt of this call was executed: then its first
 * event is the successor. It also lifts the session to what it saw, so that the query for the command key that follows cannot
 * miss an older use of it.
 */
export async function settle(database: Database, refused: RefusedAppend): Promise<Settlement> {
  const { streamId, commandKey, head, events } = refused;
  const { position, successor } = await checkSuccessor(database, streamId, head.version);
  if (events.length === 1 && successor !== undefined && isOwnAppend([successor], events)) {
    return { kind: 'appended', events: [successor] };
  }
  const found = await findByCommandKey(database, streamId, commandKey);
  if (found.length > 0) return { kind: 'appended', events: found };
  if (successor !== undefined && isOwnAppend([successor], events)) {
    return { kind: 'unsettled', reason: 'the events were appended but cannot be read yet' };
  }
  if (position === 'head') {
    // The next version is free, so it was the unique key that refused: the command is there, and will be found.
    return { kind: 'unsettled', reason: 'the command key is taken but its events cannot be read yet' };
  }
  const actualVersion = (await readHead(database, streamId))?.version ?? (position === 'ahead' ? 0 : undefined);
  // The expected event is not there although later ones are: it was archived, and is no less past.
  const isPast = (actualVersion ?? 0) > head.version;
  return { kind: position === 'ahead' && !isPast ? 'ahead' : 'conflict', actualVersion };
}

/** True where `stored` begins with the very event that this call built. */
export function isOwnAppend(stored: readonly StoredEvent[], built: readonly StoredEvent[]): boolean {
  return stored[0]?.eventId === built[0]?.eventId;
}
