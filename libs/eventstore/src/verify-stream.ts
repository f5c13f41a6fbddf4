import { GENESIS_HASH, eventHash } from './hash.ts';
import type { StreamHead } from './event-store.ts';
import type { StoredEvent } from './stored-event.ts';

export type StreamProblem = 'stream' | 'version' | 'id' | 'previous-hash' | 'hash' | 'recorded-at' | 'dedup';

export type Verification =
  | { readonly ok: true; readonly version: number; readonly lastHash: string }
  /** `version` is that of the first bad event: the one that should stand there, or does and is wrong. */
  | { readonly ok: false; readonly version: number; readonly problem: StreamProblem; readonly message: string };

/**
 * Checks that `events` are a whole stream, in order and unchanged. Pure.
 *
 * @param options.after where an earlier check ended, to go on from there
 */
export function verifyStream(
  events: Iterable<StoredEvent>,
  options: { readonly after?: StreamHead } = {},
): Verification {
  let head: StreamHead = options.after ?? { version: 0, hash: GENESIS_HASH, recordedAt: '' };
  let streamId: string | undefined;
  for (const event of events) {
    streamId ??= event.streamId;
    const wrong = problemOf(event, head, streamId);
    if (wrong !== undefined) {
      return { ok: false, version: head.version + 1, problem: wrong[0], message: `${streamId}: ${wrong[1]}` };
    }
    head = event;
  }
  return { ok: true, version: head.version, lastHash: head.hash };
}

function problemOf(event: StoredEvent, head: StreamHead, streamId: string): [StreamProblem, string] | undefined {
  const version = head.version + 1;
  if (event.streamId !== streamId) return ['stream', `event ${version} belongs to ${event.streamId}`];
  if (event.version !== version) return ['version', `version ${event.version} stands where ${version} should`];
  if (event.id !== String(version)) return ['id', `event ${version} has the id ${event.id}`];
  if (event.previousHash !== head.hash)
    return ['previous-hash', `event ${version} does not follow event ${head.version}`];
  // Somebody may have changed anything: what is read here need not be what an event has.
  const { recordedAt, dedup, metadata } = event as Partial<StoredEvent>;
  if (typeof recordedAt !== 'string' || recordedAt < head.recordedAt)
    return ['recorded-at', `event ${version} was recorded before its predecessor`];
  if (typeof dedup !== 'string' || !dedup.startsWith(`${metadata?.commandKey}#`)) {
    return ['dedup', `event ${version} has the dedup ${dedup}, which is not of its command`];
  }
  if (hashOf(event) !== event.hash) return ['hash', `the content of event ${version} does not have its hash`];
  return undefined;
}

function hashOf(event: StoredEvent): string | undefined {
  try {
    return eventHash(event);
  } catch {
    return undefined;
  }
}
