import type { Database } from './database.ts';
import type { HeadCheck } from './event-store.ts';
import type { StoredEvent } from './stored-event.ts';

/** `Read version, Read version + 1` in one batch: a 404 at the second says that the first is the head. */
export async function checkHead(database: Database, streamId: string, version: number): Promise<HeadCheck> {
  return (await checkSuccessor(database, streamId, version)).position;
}

/** As {@link checkHead}, with the event that follows where there is one. */
export async function checkSuccessor(
  database: Database,
  streamId: string,
  version: number,
): Promise<{ readonly position: HeadCheck; readonly successor?: StoredEvent }> {
  const versions = version === 0 ? [1] : [version, version + 1];
  const outcome = await database.readAtPrimary(streamId, versions);
  if (outcome.applied) {
    const document = outcome.results.at(-1)?.document;
    return document === undefined
      ? { position: 'behind' }
      : { position: 'behind', successor: document as unknown as StoredEvent };
  }
  return { position: outcome.failedIndex === versions.length - 1 ? 'head' : 'ahead' };
}

export async function readHead(database: Database, streamId: string): Promise<StoredEvent | undefined> {
  const page = await database.query({
    partitionKey: streamId,
    orderBy: [{ field: 'version', direction: 'desc' }],
    limit: 1,
  });
  return page.documents[0];
}

/** Looks in the index of the unique key, whatever the age of the command. */
export async function findByCommandKey(
  database: Database,
  streamId: string,
  commandKey: string,
): Promise<readonly StoredEvent[]> {
  const found: StoredEvent[] = [];
  let continuation: string | undefined;
  do {
    const page = await database.query({
      partitionKey: streamId,
      where: [{ field: 'dedup', op: 'starts-with', value: `${commandKey}#` }],
      limit: 100,
      ...(continuation === undefined ? {} : { continuation }),
    });
    // Another key may begin with this one and a '#'.
    found.push(...page.documents.filter((event) => event.metadata.commandKey === commandKey));
    continuation = page.continuation;
  } while (continuation !== undefined);
  return found.sort((one, other) => one.version - other.version);
}

/** Command keys that {@link findSingleEvents} takes: a query compares with at most 100 values, and two are asked for each. */
export const commandKeysMax = 50;

/**
 * Of several commands those that appended exactly one event, with that event: one query for all of them. One that appended more is left
 * out, because how many it has to have cannot be seen from here.
 */
export async function findSingleEvents(
  database: Database,
  streamId: string,
  commandKeys: readonly string[],
): Promise<ReadonlyMap<string, StoredEvent>> {
  const value = [...new Set(commandKeys)].slice(0, commandKeysMax).flatMap((key) => [`${key}#0`, `${key}#1`]);
  const found: StoredEvent[] = [];
  let continuation: string | undefined;
  do {
    const page = await database.query({
      partitionKey: streamId,
      where: [{ field: 'dedup', op: 'in', value }],
      limit: value.length,
      ...(continuation === undefined ? {} : { continuation }),
    });
    found.push(...page.documents);
    continuation = page.continuation;
  } while (continuation !== undefined);
  const byKey = Map.groupBy(found, ({ metadata }) => metadata.commandKey);
  return new Map(
    [...byKey].flatMap(([key, events]) => (events.length === 1 ? [[key, events[0] as StoredEvent] as const] : [])),
  );
}
