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
} from '@daybook/ports';
import { withoutSystemFields } from './system-fields.ts';

const iteratorsMax = 64;
const notModifiedStatus = 304;

/** Reads the change feed, keeping the SDK's iterators: a new one costs two more requests than a page does. */
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
    if (continuation !== undefined && !isJson(continuation)) {
      throw new ContainerError('bad-request', container.id, `not a continuation of this feed: ${continuation}`);
    }
    const changeFeedStartFrom =
      continuation === undefined
        ? startFrom(start, await sdkRange(range))
        : ChangeFeedStartFrom.Continuation(continuation);
    return container.items.getChangeFeedIterator<Stored<T>>({ changeFeedStartFrom, maxItemCount: limit });
  };

  return {
    async feedRanges() {
      const ranges = await readRanges();
      return ranges.map(({ minInclusive, maxExclusive }) => ({
        id: minInclusive === '' ? `0-${maxExclusive}` : `${minInclusive}-${maxExclusive}`,
        minInclusive,
        maxExclusive,
      }));
    },
    async feedPage({ range, continuation, start = 'beginning', limit }): Promise<FeedPage<T>> {
      const place = `${limit} ${continuation ?? ''}`;
      const iterator = iterators.get(place) ?? (await open(range, continuation, start, limit));
      // Taken out while it is in use: an iterator has one position, and two readers must not share it.
      iterators.delete(place);
      const response = await iterator.readNext();
      const hasMore = response.statusCode !== notModifiedStatus;
      const next = response.continuationToken;
      iterators.set(`${limit} ${next}`, iterator);
      const [oldest] = iterators.keys();
      if (iterators.size > iteratorsMax && oldest !== undefined) iterators.delete(oldest);
      const documents = hasMore ? response.result.map((document) => withoutSystemFields(document)) : [];
      return { documents, continuation: next, hasMore, requestCharge: response.requestCharge };
    },
  };
}

/** The SDK's continuations are JSON; anything else it meets with a plain SyntaxError. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function startFrom(start: FeedStart, range: SdkFeedRange): ChangeFeedStartFrom {
  if (start === 'beginning') return ChangeFeedStartFrom.Beginning(range);
  if (start === 'now') return ChangeFeedStartFrom.Now(range);
  return ChangeFeedStartFrom.Time(new Date(start.timeMs), range);
}
