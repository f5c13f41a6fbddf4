import { eventsPerAppendMax, keyLengthMax } from '../build-events.ts';
import type { EncodedEvent } from '../codec.ts';
import { InvalidAppend } from '../errors.ts';
import type { EventStore } from '../event-store.ts';
import type { EventMetadata, StoredEvent } from '../stored-event.ts';

export interface CloseBooksOptions<S> {
  /** Of the command that closes the books: the same key closes them once. */
  readonly metadata: EventMetadata;
  /** The event that ends an epoch: of a type that is used for nothing else, and after which the decider refuses everything. */
  readonly closing: (next: string) => EncodedEvent;
  /** The state that the events of an epoch come to, the closing event left out. */
  readonly stateOf: (events: readonly StoredEvent[]) => S;
  /** The events that open the next epoch with all that goes on of the state: 1 to 99, the same for the same state. */
  readonly carry: (state: S) => readonly EncodedEvent[];
}

export interface BooksClosed {
  readonly closed: string;
  readonly next: string;
  /** True where an earlier call with this command key had done all of it. */
  readonly duplicate: boolean;
}

/** `stock-1` is the first epoch of itself, `stock-1~2` the second. */
const epochId = (base: string, epoch: number): string => (epoch === 1 ? base : `${base}~${epoch}`);
const baseOf = (streamId: string): string => streamId.replace(/~[1-9]\d*$/, '');

/**
 * The stream that is written now, from the id of any of its epochs: the last that has events. A query for each epoch. While closing was
 * interrupted that is the closed one: `closeBooks` finishes it.
 */
export async function currentEpoch(store: EventStore, streamId: string): Promise<string> {
  const base = baseOf(streamId);
  for (let epoch = 1; ; epoch += 1) {
    if ((await store.readHead(epochId(base, epoch + 1))) === undefined) return epochId(base, epoch);
  }
}

/**
 * Ends the current epoch of a stream and opens the next, `<stream>~<n>`, with what goes on of its state. What a crash between the two
 * appends leaves behind is finished by the next call, whatever its command key.
 *
 * @throws ConcurrencyConflict where the stream went on meanwhile: call again
 * @throws InvalidAppend before anything is written: no events to close, too many to carry, an id too long
 */
export async function closeBooks<S>(
  store: EventStore,
  streamId: string,
  options: CloseBooksOptions<S>,
): Promise<BooksClosed> {
  const base = baseOf(streamId);
  for (let epoch = 1; ; epoch += 1) {
    const [closed, next] = [epochId(base, epoch), epochId(base, epoch + 1)];
    const head = await store.readHead(closed);
    if (head === undefined) throw new InvalidAppend('streamId', `${closed} has no events: there are no books to close`);
    const closing = options.closing(next);
    const isClosed = head.type === closing.type;
    const first = isClosed ? await store.readEvent(next, 1) : undefined;
    if (first !== undefined) {
      // Who finished an interrupted closing has closed these books, too.
      const closers = [head.metadata.commandKey, first.metadata.commandKey];
      if (closers.includes(options.metadata.commandKey)) return { closed, next, duplicate: true };
      continue;
    }
    const opening = await openingOf(store, closed, next, isClosed ? head.version - 1 : head.version, options);
    const { metadata } = options;
    if (!isClosed) {
      await store.append({ streamId: closed, expectedVersion: head.version, head, events: [closing], metadata });
    }
    await store.append({ streamId: next, expectedVersion: 'none', events: opening, metadata });
    return { closed, next, duplicate: false };
  }
}

async function openingOf<S>(
  store: EventStore,
  closed: string,
  next: string,
  upToVersion: number,
  { stateOf, carry }: CloseBooksOptions<S>,
): Promise<readonly EncodedEvent[]> {
  if (next.length > keyLengthMax)
    throw new InvalidAppend('streamId', `${next} would have over ${keyLengthMax} characters`);
  const events: StoredEvent[] = [];
  for await (const event of store.readAll(closed)) if (event.version <= upToVersion) events.push(event);
  const opening = carry(stateOf(events));
  if (opening.length < 1 || opening.length > eventsPerAppendMax) {
    throw new InvalidAppend('carry', `must give 1 to ${eventsPerAppendMax} events, it gave ${opening.length}`);
  }
  return opening;
}
