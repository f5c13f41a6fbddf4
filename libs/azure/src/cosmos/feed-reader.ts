import {
  ChangeFeedStartFrom,
  type ChangeFeedPullModelIterator,
  type Container as SdkContainer,
  type FeedRange as SdkFeedRange,
} from '@azure/cosmos';
import {
  type Container,
  ContainerError,
  type Document,
  type FeedPage,
  type FeedRange,
  type FeedStart,
  type Stored,
  feedRangeId,
} from '@daybook/ports';
import { isComplete, narrowed, rangesOf } from './feed-continuation.ts';
import { withoutSystemFields } from './system-fields.ts';

const iteratorsMax = 64;
const okStatus = 200;
const notModifiedStatus = 304;

/**
 * Reads the change feed, keeping the SDK's iterators: a new one costs two more requests than a page does. Where a partition was split
 * (410 with 1002 or 1007) the SDK itself asks for the new ranges and goes on in them, taking turns; a page then names them.
 */
export function feedReader<T extends Document>(container: SdkContainer): Pick<Container<T>, 'feedRanges' | 'feedPage'> {
  const iterators = new Map<string, ChangeFeedPullModelIterator<Stored<T>>>();
  let known: SdkFeedRange | undefined;

  const readRanges = async (): Promise<readonly SdkFeedRange[]> => {
    const ranges = await container.getFeedRanges();
    known = ranges[0];
    return ranges;
  };
  // The SDK takes only ranges of its own class, which it does not export.
  const sdkRange = async ({ minInclusive, maxExclusive }: FeedRange): Promise<SdkFeedRange> => {
    const prototype: object = Object.getPrototypeOf(known ?? (await readRanges())[0]);
    return Object.assign(Object.create(prototype), { minInclusive, maxExclusive }) as SdkFeedRange;
  };
  const open = async (
    range: FeedRange,
    continuation: string | undefined,
    start: FeedStart,
    limit: number,
  ): Promise<ChangeFeedPullModelIterator<Stored<T>>> => {
    const changeFeedStartFrom =
      continuation === undefined
        ? startFrom(start, await sdkRange(range))
        : ChangeFeedStartFrom.Continuation(narrowed(continuation, range, container.id));
    return container.items.getChangeFeedIterator<Stored<T>>({ changeFeedStartFrom, maxItemCount: limit });
  };

  return {
    async feedRanges() {
      const ranges = await readRanges();
      return ranges.map(({ minInclusive, maxExclusive }) => ({
        id: feedRangeId(minInclusive, maxExclusive),
        minInclusive,
        maxExclusive,
      }));
    },
    async feedPage({ range, continuation, start = 'beginning', limit }): Promise<FeedPage<T>> {
      const place = (at: string | undefined): string =>
        `${range.minInclusive}-${range.maxExclusive} ${limit} ${at ?? ''}`;
      const iterator = iterators.get(place(continuation)) ?? (await open(range, continuation, start, limit));
      // Taken out while it is in use: an iterator has one position, and two readers must not share it.
      iterators.delete(place(continuation));
      const response = await iterator.readNext();
      const { statusCode, continuationToken: next } = response;
      // Not thrown by the SDK: a 410 of another kind, which loses the iterator's place.
      if ((statusCode !== okStatus && statusCode !== notModifiedStatus) || !isComplete(next, container.id)) {
        throw new ContainerError('unavailable', container.id, `the change feed answered ${statusCode} without a place`);
      }
      iterators.set(place(next), iterator);
      const [oldest] = iterators.keys();
      if (iterators.size > iteratorsMax && oldest !== undefined) iterators.delete(oldest);
      const hasMore = statusCode === okStatus;
      const documents = hasMore ? response.result.map((document) => withoutSystemFields(document)) : [];
      const parts = rangesOf(next, container.id);
      const newestLsn = lsnOf(response.sessionToken);
      return {
        ...{ documents, continuation: next, hasMore, requestCharge: response.requestCharge },
        ...(parts.length > 1 ? { split: parts } : {}),
        ...(newestLsn === undefined ? {} : { newestLsn }),
      };
    },
  };
}

/** Of `0:-1#123`, `0:1#123#4=5` or the older `0:123`: what the partition had come to. */
function lsnOf(sessionToken: string | undefined): number | undefined {
  const lsn = /^[^:,]*:(?:[^#,]*#)?(\d+)/.exec(sessionToken ?? '')?.[1];
  return lsn === undefined ? undefined : Number(lsn);
}

function startFrom(start: FeedStart, range: SdkFeedRange): ChangeFeedStartFrom {
  if (start === 'beginning') return ChangeFeedStartFrom.Beginning(range);
  if (start === 'now') return ChangeFeedStartFrom.Now(range);
  return ChangeFeedStartFrom.Time(new Date(start.timeMs), range);
}
