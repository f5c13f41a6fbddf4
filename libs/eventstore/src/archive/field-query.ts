import { type Condition, type Container, ContainerError, type Page, type Query, type Stored } from '@daybook/ports';
import type { StoredEvent } from '../stored-event.ts';
import { textAt } from './field-index.ts';

/** A query over all streams for a value in a field, which the archive has an index of. */
export interface FieldQuery extends Query {
  readonly field: string;
  readonly value: string;
}

/** What can be asked of the archive as well; `undefined` for any other query. */
export function fieldQuery(query: Query): FieldQuery | undefined {
  const { partitionKey, where = [], orderBy = [] } = query;
  const ordered = orderBy.length === 1 && orderBy[0]?.field === 'recordedAt' && orderBy[0].direction === 'asc';
  if (partitionKey !== undefined || !(ordered || orderBy.length === 0) || !where.every(isComparable)) return undefined;
  const condition = where.find(({ field, op }) => op === '=' && /^(data|metadata)\./.test(field));
  return condition === undefined ? undefined : { ...query, field: condition.field, value: String(condition.value) };
}

function isComparable({ op, value }: Condition): boolean {
  return (op === '=' || op === '>=') && typeof value === 'string';
}

function matches(event: StoredEvent, where: readonly Condition[]): boolean {
  return where.every(({ field, op, value }) => {
    const text = textAt(event, field);
    return text !== undefined && (op === '=' ? text === value : text >= String(value));
  });
}

export interface FieldSources {
  readonly container: Container<StoredEvent>;
  /** All archived events with the value in the field, also those that are still in the container. */
  readonly archived: (field: string, value: string) => Promise<readonly Stored<StoredEvent>[]>;
}

/** A page of what is in the container and in the archive, each event once. */
export async function queryFields(sources: FieldSources, query: FieldQuery): Promise<Page<StoredEvent>> {
  return query.orderBy?.length === 1 ? inOrderOfTime(sources, query) : anyOrder(sources, query);
}

/**
 * The continuation is the moment at which the next page begins. A page ends before the moment of the container's last document wherever
 * there may be more of that moment.
 */
async function inOrderOfTime({ container, archived }: FieldSources, query: FieldQuery): Promise<Page<StoredEvent>> {
  const { field, value, limit, continuation, where = [], orderBy } = query;
  const from: Condition[] =
    continuation === undefined
      ? []
      : [{ field: 'recordedAt', op: '>=', value: continuation.slice(momentPrefix.length) }];
  const conditions = [...where, ...from];
  const hot = await firstPage(container, { where: conditions, orderBy: orderBy ?? [], limit });
  const last = hot.documents.at(-1)?.recordedAt ?? '';
  const before = hot.more ? last : undefined;
  const known = new Set(hot.documents.map(({ streamId, id }) => `${id} ${streamId}`));
  const old = (await archived(field, value)).filter(
    (event) => matches(event, conditions) && !known.has(`${event.id} ${event.streamId}`),
  );
  const all = [...hot.documents, ...old]
    .filter(({ recordedAt }) => before === undefined || recordedAt < before)
    .sort((one, other) => (one.recordedAt < other.recordedAt ? -1 : one.recordedAt > other.recordedAt ? 1 : 0));
  const next = all.length > limit ? all[limit]?.recordedAt : before;
  const documents = next === undefined ? all : all.filter(({ recordedAt }) => recordedAt < next);
  const { requestCharge } = hot;
  if (next === undefined) return { documents, requestCharge };
  if (documents.length === 0) {
    throw new ContainerError('bad-request', container.name, `more than ${limit} events have ${field} at ${next}`);
  }
  return { documents, requestCharge, continuation: `${momentPrefix}${next}` };
}

const momentPrefix = 'from:';

/** Full, or the last: as the SDK gives no continuation where it merges partitions, a full page may always be followed by more. */
async function firstPage(
  container: Container<StoredEvent>,
  query: Query,
): Promise<{
  readonly documents: readonly Stored<StoredEvent>[];
  readonly more: boolean;
  readonly requestCharge: number;
}> {
  const documents: Stored<StoredEvent>[] = [];
  let requestCharge = 0;
  let from: { readonly continuation?: string } = {};
  for (;;) {
    const page = await container.query({ ...query, limit: query.limit - documents.length, ...from });
    documents.push(...page.documents);
    requestCharge += page.requestCharge;
    const full = documents.length >= query.limit;
    if (full || page.continuation === undefined) {
      return { documents, more: full || page.continuation !== undefined, requestCharge };
    }
    from = { continuation: page.continuation };
  }
}

const archivePrefix = 'archive:';

/** First what the container holds, as it gives it, then what only the archive has. */
async function anyOrder({ container, archived }: FieldSources, query: FieldQuery): Promise<Page<StoredEvent>> {
  const { field, value, continuation, where = [], limit } = query;
  if (continuation?.startsWith(archivePrefix) !== true) {
    const { field: _field, value: _value, ...asked } = query;
    const page = await container.query(asked);
    return { ...page, continuation: page.continuation ?? `${archivePrefix}0` };
  }
  const offset = Number(continuation.slice(archivePrefix.length));
  const old = (await archived(field, value)).filter((event) => matches(event, where));
  const documents: Stored<StoredEvent>[] = [];
  let requestCharge = 0;
  for (const event of old.slice(offset, offset + limit)) {
    const hot = await container.read(event.streamId, event.id);
    requestCharge += hot.requestCharge;
    if (hot.document === undefined) documents.push(event);
  }
  const reached = offset + limit;
  return reached < old.length
    ? { documents, requestCharge, continuation: `${archivePrefix}${reached}` }
    : { documents, requestCharge };
}
