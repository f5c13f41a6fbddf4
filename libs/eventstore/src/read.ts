import type { Condition } from '@daybook/ports';
import type { Database } from './database.ts';
import { InvalidAppend, StreamCorrupt } from './errors.ts';
import type { ReadRequest, StreamSlice } from './event-store.ts';
import type { StoredEvent } from './stored-event.ts';

const limitMax = 1_000;
const limitDefault = 200;

export async function read(database: Database, request: ReadRequest): Promise<StreamSlice> {
  const { streamId, afterVersion = 0, beforeVersion, limit = limitDefault, direction = 'forward' } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) {
    throw new InvalidAppend('limit', `must be 1 to ${limitMax}, it is ${limit}`);
  }
  const where: Condition[] = [];
  if (afterVersion > 0) where.push({ field: 'version', op: '>', value: afterVersion });
  if (beforeVersion !== undefined) where.push({ field: 'version', op: '<', value: beforeVersion });

  const events: StoredEvent[] = [];
  let continuation: string | undefined;
  do {
    const page = await database.query({
      partitionKey: streamId,
      where,
      orderBy: [{ field: 'version', direction: direction === 'forward' ? 'asc' : 'desc' }],
      limit: limit - events.length,
      ...(continuation === undefined ? {} : { continuation }),
    });
    events.push(...page.documents);
    continuation = page.continuation;
  } while (continuation !== undefined && events.length < limit);

  checkContiguous(streamId, events, direction, afterVersion);
  return { events, complete: continuation === undefined && events.length < limit, ...database.cost() };
}

export async function* readAll(
  readSlice: (request: ReadRequest) => Promise<StreamSlice>,
  streamId: string,
  afterVersion: number,
): AsyncGenerator<StoredEvent, void, undefined> {
  for (let after = afterVersion; ;) {
    const slice = await readSlice({ streamId, afterVersion: after });
    yield* slice.events;
    if (slice.complete) return;
    after = slice.events.at(-1)?.version ?? after;
  }
}

function checkContiguous(
  streamId: string,
  events: readonly StoredEvent[],
  direction: 'forward' | 'backward',
  afterVersion: number,
): void {
  const step = direction === 'forward' ? 1 : -1;
  let expected = direction === 'forward' ? afterVersion + 1 : (events[0]?.version ?? 0);
  for (const event of events) {
    if (event.version !== expected) {
      throw new StreamCorrupt(streamId, expected, `is missing: version ${event.version} was read in its place`);
    }
    expected += step;
  }
}
