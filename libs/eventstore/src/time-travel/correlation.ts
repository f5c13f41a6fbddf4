import type { Condition } from '@daybook/ports';
import type { Database } from '../database.ts';
import { InvalidAppend } from '../errors.ts';
import type { Cost } from '../event-store.ts';
import type { StoredEvent } from '../stored-event.ts';

/** A place in the order in which people read a history over several streams: by time, then by stream, then by version. */
export type CorrelationPosition = Pick<StoredEvent, 'recordedAt' | 'streamId' | 'version'>;

export interface CorrelationRequest {
  readonly correlationId: string;
  /** Only what stands after this place: the last event of the slice before. */
  readonly after?: CorrelationPosition;
  /** At most this many events, 1 to 1,000. Default 200. */
  readonly limit?: number;
}

export interface CorrelationSlice extends Cost {
  readonly events: readonly StoredEvent[];
  /** False where `limit` ended the slice: go on from its last event. */
  readonly complete: boolean;
}

/** What is asked for at once: more than one request leads to, as a rule. */
const pageSize = 1_000;
const limitMax = 1_000;
const limitDefault = 200;
const correlationIdMax = 255;

/**
 * What one client request led to, over all streams of the container. Across streams the order is as good as the clocks of those who
 * wrote them; within a stream it is that of the versions.
 */
export async function readCorrelation(database: Database, request: CorrelationRequest): Promise<CorrelationSlice> {
  const { correlationId, after, limit = limitDefault } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) {
    throw new InvalidAppend('limit', `must be 1 to ${limitMax}, it is ${limit}`);
  }
  if (correlationId === '' || correlationId.length > correlationIdMax) {
    throw new InvalidAppend('correlationId', `must have 1 to ${correlationIdMax} characters`);
  }
  const found = new Map<string, StoredEvent>();
  let from = after?.recordedAt;
  let continuation: string | undefined;
  let ended = false;
  while (!ended && !isSettled([...found.values()], limit)) {
    const page = await database.query({
      where: conditions(correlationId, from),
      orderBy: [{ field: 'recordedAt', direction: 'asc' }],
      limit: pageSize,
      ...(continuation === undefined ? {} : { continuation }),
    });
    for (const event of page.documents) {
      if (after === undefined || inOrder(event, after) > 0) found.set(`${event.streamId} ${event.id}`, event);
    }
    continuation = page.continuation;
    ended = continuation === undefined && page.documents.length < pageSize;
    if (continuation !== undefined || ended) continue;
    // The SDK gives no continuation where it merges several partitions in order: then it goes on from the last moment seen.
    const reached = page.documents.at(-1)?.recordedAt;
    if (reached === from) throw new InvalidAppend('correlationId', `${pageSize} events or more have it at ${reached}`);
    from = reached;
  }

  const events = [...found.values()].sort(inOrder).slice(0, limit);
  return { events, complete: ended && found.size <= limit, ...database.cost() };
}

function conditions(correlationId: string, from: string | undefined): Condition[] {
  const where: Condition[] = [{ field: 'metadata.correlationId', op: '=', value: correlationId }];
  if (from !== undefined) where.push({ field: 'recordedAt', op: '>=', value: from });
  return where;
}

/** The database orders by time alone: the first `limit` are known once a later time than that of the last of them has come. */
function isSettled(found: readonly StoredEvent[], limit: number): boolean {
  const last = found[limit - 1];
  const newest = found.at(-1);
  return last !== undefined && newest !== undefined && newest.recordedAt > last.recordedAt;
}

function inOrder(one: CorrelationPosition, other: CorrelationPosition): number {
  return (
    compareText(one.recordedAt, other.recordedAt) ||
    compareText(one.streamId, other.streamId) ||
    one.version - other.version
  );
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
