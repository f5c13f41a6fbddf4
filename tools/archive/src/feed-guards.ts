import type { DeletionGuard, StoredEvent } from '@daybook/eventstore';
import type { Container, FeedRange } from '@daybook/ports';
import { type FeedPosition, readFeedPositions } from './feed-positions.ts';

export interface FeedGuardOptions {
  /** The feeds that the service is known to have. Those that have leases count as well: old ones and those that stand still, too. */
  readonly feeds: readonly string[];
  readonly events: Container<StoredEvent>;
  readonly leases: Container;
  /** Feeds whose leases are kept here although they follow another container: they need no event where it is. */
  readonly elsewhere?: readonly string[];
  /** Events that a feed may be behind in one range before nothing at all is deleted. Default 20,000. */
  readonly behindMax?: number;
}

const pageSize = 1_000;

/** What a feed has not done yet: everything, or these streams from these versions on. */
type Pending = 'unknown' | ReadonlyMap<string, number>;

/**
 * One guard per feed, as of now. Checkpoints are opaque, so what comes after them is read: a stream is held from its first version on that
 * the feed has not passed. A feed that has no checkpoint for any part of the container holds everything. Checkpoints only go forward, so
 * what a guard allows stays allowed, however long the archiver takes.
 */
export async function feedGuards(options: FeedGuardOptions): Promise<readonly DeletionGuard[]> {
  const { events, leases, elsewhere = [], behindMax = 20_000 } = options;
  const feeds = await readFeedPositions(leases);
  const whole = await events.feedRanges();

  const pendingOf = async (positions: readonly FeedPosition[]): Promise<Pending> => {
    if (!cover(positions, whole)) return 'unknown';
    const pending = new Map<string, number>();
    for (const { range, continuation: from } of positions) {
      if (from === undefined) return 'unknown';
      let continuation = from;
      for (let behind = 0; ;) {
        const page = await events.feedPage({ range, continuation, limit: pageSize });
        for (const { streamId, version } of page.documents) {
          pending.set(streamId, Math.min(version, pending.get(streamId) ?? version));
        }
        if (!page.hasMore) break;
        behind += page.documents.length;
        if (behind > behindMax) return 'unknown';
        continuation = page.continuation;
      }
    }
    return pending;
  };

  const guards: DeletionGuard[] = [];
  for (const feed of new Set([...options.feeds, ...feeds.keys()])) {
    if (elsewhere.includes(feed)) continue;
    const pending = await pendingOf(feeds.get(feed) ?? []);
    guards.push({
      name: `feed:${feed}`,
      allows: (streamId, upToVersion) =>
        Promise.resolve(pending !== 'unknown' && upToVersion < (pending.get(streamId) ?? Infinity)),
    });
  }
  return guards;
}

/** True where no part of the container is without a position. */
function cover(positions: readonly FeedPosition[], whole: readonly FeedRange[]): boolean {
  const sorted = positions.map(({ range }) => range).sort((a, b) => (a.minInclusive < b.minInclusive ? -1 : 1));
  return whole.every(({ minInclusive, maxExclusive }) => {
    let reached = minInclusive;
    for (const each of sorted) {
      if (each.minInclusive <= reached && each.maxExclusive > reached) reached = each.maxExclusive;
    }
    return reached >= maxExclusive;
  });
}
