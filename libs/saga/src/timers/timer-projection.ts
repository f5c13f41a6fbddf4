import type { KeyHandler } from '@daybook/change-feed';
import type { StoredEvent } from '@daybook/eventstore';
import type { Container, Operation } from '@daybook/ports';
import { parseSagaEvent } from '../events/parse.ts';
import { projectTimers, type StoredTimers, timerDocument, type TimerDocument, timerPartition } from './timer-index.ts';

/** Writers that meet at one document: the feed's owner, a worker that just fired, a former owner that woke up. */
const triesMax = 8;

/**
 * Keeps the index of timers up to a saga's events: the handler of a feed processor in key mode over container `sagas`, keyed by
 * stream. Events it has seen already change nothing; throws (and is then given the events again) where the database does.
 */
export function timerProjection(options: { readonly container: Container }): KeyHandler<StoredEvent> {
  return async (events) => {
    const streamId = events[0]?.streamId;
    if (streamId?.startsWith('saga-') === true) await applyToIndex(options.container, streamId, events);
  };
}

async function applyToIndex(container: Container, streamId: string, events: readonly StoredEvent[]): Promise<void> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const before = await readTimers(container, streamId);
    const fresh = events.filter((event) => event.version > (before?.streamVersion ?? 0));
    const version = fresh.at(-1)?.version;
    if (version === undefined) return;
    const timers = fresh.reduce((known: TimerDocument['timers'], stored) => {
      const event = parseSagaEvent(stored);
      return event === undefined ? known : projectTimers(known, event);
    }, before?.timers ?? []);
    if (await writeTimers(container, before, streamId, timerDocument(streamId, version, timers))) return;
  }
  throw new Error(`${streamId}: others kept changing its timers`);
}

export async function readTimers(container: Container, streamId: string): Promise<StoredTimers | undefined> {
  const { document } = await container.read(timerPartition(streamId), streamId);
  return document as StoredTimers | undefined;
}

/** False where somebody else was quicker. */
export async function writeTimers(
  container: Container,
  before: StoredTimers | undefined,
  streamId: string,
  after: TimerDocument | undefined,
): Promise<boolean> {
  const operation = change(before, streamId, after);
  if (operation === undefined) return true;
  return (await container.batch(timerPartition(streamId), [operation])).applied;
}

function change(
  before: StoredTimers | undefined,
  streamId: string,
  after: TimerDocument | undefined,
): Operation | undefined {
  if (before === undefined) return after === undefined ? undefined : { kind: 'create', document: after };
  if (after === undefined) return { kind: 'delete', id: streamId, ifMatch: before._etag };
  return { kind: 'replace', document: after, ifMatch: before._etag };
}
