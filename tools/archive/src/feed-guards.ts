import type { DeletionGuard, StoredEvent } from '@daybook/eventstore';
import type { Container } from '@daybook/ports';

export interface FeedGuardOptions {
  /** The feeds that the service is known to have. Those that have leases count as well. */
  readonly feeds: readonly string[];
  readonly events: Container<StoredEvent>;
  readonly leases: Container;
  /** Events that a feed may be behind in one range before nothing at all is deleted. Default 20,000. */
  readonly behindMax?: number;
}

const pageSize = 1_000;

/** What a feed has not done yet: everything, or these streams from these versions on. */
type Pending = 'unknown' | ReadonlyMap<string, number>;

/**
 * One guard per feed, as of now. Checkpoints are opaque, so what comes after them is read: a stream is held from its first version on that
 * the feed has not passed. A feed without a lease or a checkpoint at any range holds everything. Checkpoints only go forward, so what a
 * guard allows stays allowed, however long the archiver takes.
 */
export async function feedGuards(options: FeedGuardOptions): Promise<readonly DeletionGuard[]> {
  const { events, leases, behindMax = 20_000 } = options;
  const checkpoints = await readCheckpoints(leases);
  const ranges = await events.feedRanges();

  const pendingOf = async (feed: string): Promise<Pending> => {
    const pending = new Map<string, number>();
    for (const range of ranges) {
      let continuation = checkpoints.get(feed)?.get(range.id);
      if (continuation === undefined) return 'unknown';
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
  for (const feed of new Set([...options.feeds, ...checkpoints.keys()])) {
    const pending = await pendingOf(feed);
    guards.push({
      name: `feed:${feed}`,
      allows: (streamId, upToVersion) =>
        Promise.resolve(pending !== 'unknown' && upToVersion < (pending.get(streamId) ?? Infinity)),
    });
  }
  return guards;
}

/** By feed and range. */
async function readCheckpoints(leases: Container): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const found = new Map<string, Map<string, string>>();
  let from: { readonly continuation?: string } = {};
  for (;;) {
    const page = await leases.query({ limit: pageSize, ...from });
    for (const lease of page.documents as readonly Readonly<Record<string, unknown>>[]) {
      const { feed, range, continuation } = lease as {
        readonly feed?: string;
        readonly range?: { readonly id: string };
        readonly continuation?: string;
      };
      if (feed === undefined || range === undefined) continue;
      const ofFeed = found.get(feed) ?? new Map<string, string>();
      if (continuation !== undefined) ofFeed.set(range.id, continuation);
      found.set(feed, ofFeed);
    }
    if (page.continuation === undefined) return found;
    from = { continuation: page.continuation };
  }
}
