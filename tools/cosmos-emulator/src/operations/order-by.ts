import { compositeIndexes, isPathIndexed, parseIndexing } from '../protocol/indexing.ts';
import type { OrderedPath } from '../protocol/indexing.ts';
import { badRequest } from '../protocol/refusal.ts';
import type { Query } from '../sql/ast.ts';
import { segmentsOf } from '../sql/paths.ts';

const named = ({ segments, descending }: OrderedPath): string =>
  JSON.stringify({ path: `/${segments.join('/')}`, order: descending ? 'descending' : 'ascending' });

const samePath = (one: OrderedPath, other: OrderedPath): boolean =>
  one.segments.length === other.segments.length && one.segments.every((name, at) => name === other.segments[at]);

/** An index serves its own order and the reverse. */
const serves = (index: readonly OrderedPath[], order: readonly OrderedPath[]): boolean =>
  index.length === order.length &&
  index.every((path, at) => samePath(path, order[at] ?? path)) &&
  new Set(index.map(({ descending }, at) => descending === order[at]?.descending)).size === 1;

/** Refuses an ORDER BY as the service does where the container's indexing policy has no index for it. */
export const checkOrderBy = ({ orderBy }: Query, indexingPolicy: unknown): void => {
  if (orderBy.length === 0) return;
  const order = orderBy.map(({ expression, descending }): OrderedPath => {
    const segments = segmentsOf(expression);
    if (segments !== undefined && segments.length > 0) return { segments, descending };
    throw badRequest('Unsupported ORDER BY clause: an item of it could not be mapped to a document path.');
  });
  const [first] = order;
  if (first !== undefined && order.length === 1) {
    if (isPathIndexed(parseIndexing(indexingPolicy), first.segments)) return;
    throw badRequest(
      `The index path corresponding to the specified order-by item is excluded: include /${first.segments.join('/')}/? in the indexing policy of the container.`,
    );
  }
  if (compositeIndexes(indexingPolicy).some((index) => serves(index, order))) return;
  throw badRequest(
    'The order by query does not have a corresponding composite index that it can be served from. Add ' +
      `[${order.map(named).join(',')}] to compositeIndexes in the indexing policy of the container.`,
  );
};
