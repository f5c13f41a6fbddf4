import type { CloudEvent } from '@daybook/contracts';
import type { Container } from '@daybook/ports';
import { discardKey } from './discard.ts';
import { fieldsOf, type ParkedMessage, parkedMessageOf } from './parked-message.ts';
import { replayKey } from './replay.ts';

/** Messages that failed in one way. */
export interface FailureGroup {
  readonly fingerprint: string;
  readonly consumer: string;
  /** Type of the messages. */
  readonly type: string;
  readonly errorType: string;
  /** The error of one of them. */
  readonly error: string;
  /** Messages that failed like this. */
  readonly failed: number;
  /** Messages that stand behind them. */
  readonly behind: number;
  /** Their keys, the first 10. */
  readonly keys: readonly string[];
  /** Trace id of one of them. */
  readonly traceId: string;
  /** UTC, ISO 8601. */
  readonly firstParkedAt: string;
  readonly lastParkedAt: string;
}

export interface FailureGroups {
  readonly groups: readonly FailureGroup[];
  /** False: there are more messages than were looked at. */
  readonly complete: boolean;
}

/** How a replay of a group ended. */
export interface ReplayGroupOutcome {
  /** Keys that were gone through. */
  readonly keys: number;
  /** Messages handled and removed. */
  readonly replayed: number;
  /** Where keys stopped; these messages and those behind them are still parked. */
  readonly stoppedAt: readonly { readonly key: string; readonly messageId: string; readonly error: unknown }[];
  /** True: there were more keys than one call goes through; ask again. */
  readonly more: boolean;
}

export interface DiscardGroupOutcome {
  readonly keys: number;
  /** Ids of the messages that are gone. */
  readonly discarded: readonly string[];
  /** Keys that stay blocked, because other messages are parked under them. */
  readonly blocked: readonly string[];
  readonly more: boolean;
}

interface OfGroup {
  readonly container: Container;
  readonly consumer: string;
  readonly fingerprint: string;
}

const scannedMax = 10_000;
const keysMax = 200;
const keysShown = 10;
const pageSize = 500;

/** See `DeadLetters.groups`. */
export async function listGroups(container: Container, consumer: string): Promise<FailureGroups> {
  const { messages, complete } = await scan(container, consumer);
  const groups = new Map<string, Writable<FailureGroup>>();
  const groupOfKey = new Map<string, Writable<FailureGroup>>();
  for (const message of messages) {
    if (message.fingerprint === '') continue;
    const group = groups.get(message.fingerprint) ?? emptyGroup(message);
    groups.set(message.fingerprint, group);
    groupOfKey.set(message.key, group);
    group.failed += 1;
    if (!group.keys.includes(message.key) && group.keys.length < keysShown) group.keys = [...group.keys, message.key];
    if (message.parkedAt < group.firstParkedAt) group.firstParkedAt = message.parkedAt;
    if (message.parkedAt > group.lastParkedAt) group.lastParkedAt = message.parkedAt;
  }
  for (const { key, fingerprint } of messages) {
    const group = fingerprint === '' ? groupOfKey.get(key) : undefined;
    if (group !== undefined) group.behind += 1;
  }
  const frequentFirst = [...groups.values()].sort((a, b) => b.failed + b.behind - (a.failed + a.behind));
  return { groups: frequentFirst, complete };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function emptyGroup({ consumer, fingerprint, message, error, errorType, traceId, parkedAt }: ParkedMessage) {
  const of = { fingerprint, consumer, type: fieldsOf(message).type, errorType, error, traceId };
  return {
    ...of,
    failed: 0,
    behind: 0,
    keys: [] as readonly string[],
    firstParkedAt: parkedAt,
    lastParkedAt: parkedAt,
  };
}

async function scan(
  container: Container,
  consumer: string,
  fingerprint?: string,
): Promise<{ readonly messages: readonly ParkedMessage[]; readonly complete: boolean }> {
  const messages: ParkedMessage[] = [];
  let continuation: string | undefined;
  do {
    const page = await container.query({
      where: [
        { field: 'kind', op: '=', value: 'entry' },
        { field: 'consumer', op: '=', value: consumer },
        ...(fingerprint === undefined ? [] : [{ field: 'fingerprint', op: '=', value: fingerprint } as const]),
      ],
      limit: pageSize,
      ...(continuation === undefined ? {} : { continuation }),
    });
    messages.push(...page.documents.map(parkedMessageOf));
    continuation = page.continuation;
  } while (continuation !== undefined && messages.length < scannedMax);
  return { messages, complete: continuation === undefined };
}

/** The keys of a group, those that wait longest first. */
async function keysOf({ container, consumer, fingerprint }: OfGroup): Promise<{ keys: string[]; more: boolean }> {
  const { messages, complete } = await scan(container, consumer, fingerprint);
  const inTime = [...messages].sort((a, b) => (a.parkedAt < b.parkedAt ? -1 : 1));
  const keys = [...new Set(inTime.map(({ key }) => key))];
  return { keys: keys.slice(0, keysMax), more: !complete || keys.length > keysMax };
}

/** See `DeadLetters.replayGroup`. */
export async function replayGroup(
  group: OfGroup & { readonly handle: (message: CloudEvent) => Promise<void> },
): Promise<ReplayGroupOutcome> {
  const { keys, more } = await keysOf(group);
  const stoppedAt: { key: string; messageId: string; error: unknown }[] = [];
  let replayed = 0;
  for (const key of keys) {
    const outcome = await replayKey({ ...group, key });
    replayed += outcome.replayed;
    if (outcome.stoppedAt !== undefined) stoppedAt.push({ key, ...outcome.stoppedAt });
  }
  return { keys: keys.length, replayed, stoppedAt, more };
}

/** See `DeadLetters.discardGroup`. */
export async function discardGroup(group: OfGroup): Promise<DiscardGroupOutcome> {
  const { keys, more } = await keysOf(group);
  const discarded: string[] = [];
  const blocked: string[] = [];
  for (const key of keys) {
    const outcome = await discardKey({ ...group, key, chosen: ({ fingerprint }) => fingerprint === group.fingerprint });
    discarded.push(...outcome.discarded);
    if (!outcome.unblocked) blocked.push(key);
  }
  return { keys: keys.length, discarded, blocked, more };
}
