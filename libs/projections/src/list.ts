import { type Condition, type Container, type Refusal, refuse } from '@daybook/ports';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { type ItemPage, type ListQuery, ProjectionError } from './projection.ts';
import { type ReadModelDocument, toItem } from './read-model-document.ts';

const maxReads = 20;
const pageMax = 1_000;

/**
 * Answers a {@link ListQuery}. Pages go on by the value that the last one ended with: that holds in every build of the read model, and the
 * database gives no continuation for an order over several of its partitions. One document more than asked for tells whether there is more.
 */
export async function listItems<Item extends object>(
  projection: string,
  container: Container,
  query: ListQuery,
  defaultOrder: string,
): Promise<ItemPage<Item> | Refusal> {
  const { limit, partitionKey, where = [], orderBy = { field: defaultOrder, direction: 'asc' } } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > pageMax) {
    return refuse('bad-limit', 'limit must be a whole number from 1 to 1,000.', { limit });
  }
  const question = { where, orderBy, ...(partitionKey === undefined ? {} : { partitionKey }) };
  let from = query.after === undefined ? undefined : decodeCursor(question, query.after);
  if (query.after !== undefined && from === undefined) {
    return refuse('bad-cursor', 'The cursor is not one that this list gave for the same question; begin without it.');
  }
  const documents: ReadModelDocument[] = [];
  for (let reads = 0; reads < maxReads && documents.length <= limit; reads += 1) {
    const page = await container.query({
      where: [
        ...where,
        { field: 'readModel', op: '=', value: projection },
        { field: 'hidden', op: '=', value: false },
        ...(from === undefined ? [] : [beyond(orderBy, from)]),
      ],
      orderBy: [orderBy],
      limit: Math.min(limit + 1 - documents.length, pageMax),
      ...(partitionKey === undefined ? {} : { partitionKey }),
    });
    documents.push(...(page.documents as unknown as readonly ReadModelDocument[]));
    const last = documents.at(-1);
    if (last === undefined) break;
    from = orderValue(projection, last, orderBy.field);
    const isFull = page.documents.length === pageMax;
    if (page.continuation === undefined && !isFull) break;
  }
  refuseTies(projection, documents, orderBy.field);
  const shown = documents.slice(0, limit);
  const items = shown.map((document) => toItem<Item>(document)).filter((item) => item !== undefined);
  const end = shown.at(-1);
  if (documents.length <= limit || end === undefined) return { items };
  return { items, next: encodeCursor(projection, question, orderValue(projection, end, orderBy.field)) };
}

function beyond({ field, direction }: NonNullable<ListQuery['orderBy']>, value: string | number): Condition {
  return { field, op: direction === 'asc' ? '>' : '<', value };
}

function orderValue(projection: string, document: ReadModelDocument, field: string): string | number {
  const value = document[field];
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new ProjectionError(
    'bad-order',
    projection,
    `${field} of ${document.id} is no text and no number: order by another`,
  );
}

/** Two documents with one value would make a page begin after both of them. */
function refuseTies(projection: string, documents: readonly ReadModelDocument[], field: string): void {
  const tied = documents.find((document, index) => index > 0 && document[field] === documents[index - 1]?.[field]);
  if (tied === undefined) return;
  throw new ProjectionError(
    'bad-order',
    projection,
    `${field} is not unique (${String(tied[field])}): order by a field that is`,
  );
}
