import { AppendTooLarge, InvalidAppend } from './errors.ts';
import type { AppendRequest, StreamHead } from './event-store.ts';
import { GENESIS_HASH, hashedContent, sha256 } from './hash.ts';
import type { StoredEvent } from './stored-event.ts';
import type { Runtime } from '@daybook/ports';

/** A batch takes 100 operations, and one is the guard. */
export const eventsPerAppendMax = 99;
/** So that an event and its envelope fit into one message of a hub, which takes 1 MB. */
export const eventBytesMax = 900_000;
/** A batch takes 2 MB; the rest is for what surrounds the documents. */
export const appendBytesMax = 1_900_000;
/** `id`s and partition keys may be longer; nothing of Daybook is. */
export const keyLengthMax = 255;

/** Where a stream without events stands. */
export const emptyHead: StreamHead = { version: 0, hash: GENESIS_HASH, recordedAt: '' };

/** @throws InvalidAppend naming the field */
export function checkRequest({ streamId, expectedVersion, head, events, metadata }: AppendRequest): void {
  checkKey('streamId', streamId);
  checkKey('metadata.commandKey', metadata.commandKey);
  if (events.length < 1 || events.length > eventsPerAppendMax) {
    throw new InvalidAppend(
      'events',
      `1 to ${eventsPerAppendMax} can be appended at once, not ${events.length}; split the command into several`,
    );
  }
  if (typeof expectedVersion === 'number' && !(Number.isSafeInteger(expectedVersion) && expectedVersion >= 0)) {
    throw new InvalidAppend('expectedVersion', `must be a whole number from 0 on, it is ${expectedVersion}`);
  }
  if (head !== undefined && head.version !== (expectedVersion === 'none' ? 0 : expectedVersion)) {
    throw new InvalidAppend('head', `is version ${head.version}, not the expected version ${expectedVersion}`);
  }
}

function checkKey(field: string, value: string): void {
  if (value.length < 1 || value.length > keyLengthMax) {
    throw new InvalidAppend(field, `must have 1 to ${keyLengthMax} characters, it has ${value.length}`);
  }
}

/** The documents of one command, chained to `head` and to each other. */
export function buildEvents(request: AppendRequest, head: StreamHead, runtime: Runtime): readonly StoredEvent[] {
  const { streamId, metadata } = request;
  const clock = new Date(runtime.now()).toISOString();
  // Of one form and length, these times order as text.
  const recordedAt = clock > head.recordedAt ? clock : head.recordedAt;
  let previousHash = head.hash;
  let bytesInAll = 0;

  return request.events.map((event, ordinal) => {
    const version = head.version + 1 + ordinal;
    const content = {
      id: String(version),
      streamId,
      version,
      eventId: runtime.newId(),
      type: event.type,
      schemaVersion: event.schemaVersion,
      recordedAt,
      data: event.data,
      metadata,
      dedup: `${metadata.commandKey}#${ordinal}`,
      previousHash,
    };
    const canonical = canonicalOf(content, ordinal);
    const bytes = Buffer.byteLength(canonical);
    bytesInAll += bytes;
    if (bytes > eventBytesMax)
      throw new AppendTooLarge(streamId, `event ${ordinal} (${event.type})`, bytes, eventBytesMax);
    if (bytesInAll > appendBytesMax) throw new AppendTooLarge(streamId, 'the append', bytesInAll, appendBytesMax);
    const hash = sha256(canonical);
    previousHash = hash;
    return { ...content, hash };
  });
}

function canonicalOf(content: Omit<StoredEvent, 'hash'>, ordinal: number): string {
  try {
    return hashedContent(content);
  } catch (error) {
    throw new InvalidAppend(`events[${ordinal}]`, error instanceof Error ? error.message : String(error));
  }
}
