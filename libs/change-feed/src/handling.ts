import type { Document, Stored } from '@daybook/ports';
import type { FeedContext, FeedProcessorOptions } from './feed-options.ts';
import type { LanesOptions } from './lanes.ts';

/** What is done with documents: the caller's handler, with its parking before and behind it. */
export function handlingOf<T extends Document>(
  feed: FeedProcessorOptions<T>,
): Required<Pick<LanesOptions<T>, 'handle' | 'counts'>> & Pick<LanesOptions<T>, 'onPoison'> {
  const { parking, handlePage, handleKey } = feed;
  const counts = (error: unknown): boolean => parking?.isTransient(error) !== true;
  if (handlePage !== undefined) {
    const handle = (_key: string, documents: readonly Stored<T>[], context: FeedContext) =>
      handlePage(documents, context);
    return { handle, counts, ...(feed.onPoison === undefined ? {} : { onPoison: feed.onPoison }) };
  }
  /** One key's documents: to the handler, or behind those of their key that are parked. */
  const handle: LanesOptions<T>['handle'] = async (key, documents, context) => {
    if (parking?.parked(key) === true && (await parking.follow(key, documents))) return;
    await handleKey(documents, { ...context, key });
  };
  const onPoison: LanesOptions<T>['onPoison'] =
    parking === undefined
      ? feed.onPoison
      : async (documents, error, { attempt }) => {
          for (const document of documents) await parking.park(feed.keyOf(document), document, error, attempt);
        };
  return { handle, counts, ...(onPoison === undefined ? {} : { onPoison }) };
}

/** The feed's order, and inside one transaction, where it promises none, the given one. */
export function inOrder<T extends Document>(
  documents: readonly Stored<T>[],
  orderOf: ((document: Stored<T>) => number) | undefined,
): readonly Stored<T>[] {
  if (orderOf === undefined) return documents;
  return [...documents].sort((a, b) => (a._lsn ?? 0) - (b._lsn ?? 0) || orderOf(a) - orderOf(b));
}
