import { type Condition, type Container, type Refusal, isContainerError, refuse } from '@daybook/ports';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { ItemPage, ListQuery, ReadModelItem } from './projection.ts';
import { type ReadModelDocument, toItem } from './read-model-document.ts';

const maxReads = 20;

/** Answers a {@link ListQuery}: pages are full while there is more, as far as twenty reads can fill them. */
export async function listItems<State extends object>(
  projection: string,
  readModel: Container,
  query: ListQuery,
): Promise<ItemPage<State> | Refusal> {
  const { limit } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) {
    return refuse('bad-limit', 'limit must be a whole number from 1 to 1,000.', { limit });
  }
  const where: readonly Condition[] = [
    ...(query.where ?? []),
    { field: 'readModel', op: '=', value: projection },
    { field: 'hidden', op: '=', value: false },
  ];
  const question = {
    where,
    ...(query.partitionKey === undefined ? {} : { partitionKey: query.partitionKey }),
    ...(query.orderBy === undefined ? {} : { orderBy: query.orderBy }),
  };
  const badCursor = (): Refusal =>
    refuse('bad-cursor', 'The cursor is not one that this list gave for the same question; begin without it.');

  let continuation: string | undefined;
  if (query.after !== undefined) {
    continuation = decodeCursor(question, query.after);
    if (continuation === undefined) return badCursor();
  }
  const items: ReadModelItem<State>[] = [];
  for (let reads = 0; reads < maxReads; reads += 1) {
    try {
      const page = await readModel.query({
        ...question,
        limit: limit - items.length,
        ...(continuation === undefined ? {} : { continuation }),
      });
      for (const document of page.documents) {
        const item = toItem<State>(document as unknown as ReadModelDocument);
        if (item !== undefined) items.push(item);
      }
      continuation = page.continuation;
    } catch (error) {
      // Only the database can tell that a well-formed cursor holds nonsense.
      const isFirstRead = reads === 0 && query.after !== undefined;
      if (isFirstRead && isContainerError(error) && error.code === 'bad-request') return badCursor();
      throw error;
    }
    if (continuation === undefined || items.length >= limit) break;
  }
  return continuation === undefined ? { items } : { items, next: encodeCursor(projection, question, continuation) };
}
