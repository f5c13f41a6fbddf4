import { type Document, type FeedRange, isContainerError } from '@daybook/ports';
import type { FeedHealth, FeedProcessor, FeedProcessorOptions, RangeHealth } from './feed-options.ts';
import { createLeaseStore } from './lease-store.ts';
import { checkedLimits } from './limits.ts';
import { type RangeSession, openRangeSession } from './range-session.ts';
import { tell, tellError } from './tell.ts';

/** Builds a processor; nothing happens before `start()`. It runs once: after `stop()` build another. @throws FeedOptionsError */
export function createFeedProcessor<T extends Document>(feed: FeedProcessorOptions<T>): FeedProcessor {
  const limits = checkedLimits(feed);
  const { runtime, instance } = feed;
  const store = createLeaseStore({ ...feed, feed: feed.name, leaseDurationMs: limits.leaseDurationMs });
  const sessions = new Map<string, RangeSession>();
  const stopping = new AbortController();
  let ranges: readonly FeedRange[] = [];
  let startedAtMs: number | undefined;
  let loop: Promise<void> = Promise.resolve();

  const open = async (range: FeedRange): Promise<void> => {
    const observation = store.lastSeen(range);
    if (observation === undefined || !store.isFree(observation)) return;
    const lease = await store.claim(range, observation);
    if (lease === undefined) return;
    const from = observation.lease?.owner;
    tell(feed, 'range taken', { rangeId: range.id, ...(from === undefined ? {} : { from }) });
    const session = openRangeSession({ feed, limits, range, lease });
    sessions.set(range.id, session);
    void session.closed.then(() => {
      sessions.delete(range.id);
      store.forget(range);
      tell(feed, 'range left', { rangeId: range.id });
    });
  };

  /** An equal part for every instance seen alive, rounded up; all of it when alone. */
  const fairShare = (): number => {
    const owners = new Set([instance]);
    for (const range of ranges) {
      const seen = sessions.has(range.id) ? undefined : store.lastSeen(range);
      if (seen?.lease?.owner !== undefined && !store.isFree(seen)) owners.add(seen.lease.owner);
    }
    return Math.ceil(ranges.length / owners.size);
  };

  const scan = async (): Promise<void> => {
    if (ranges.length === 0) ranges = await feed.source.feedRanges();
    const others = shuffled(
      ranges.filter((range) => !sessions.has(range.id)),
      runtime.random,
    );
    for (const range of others) await store.observe(range);
    for (const range of others) {
      if (stopping.signal.aborted) return;
      if (sessions.size < fairShare()) await open(range);
    }
  };

  const keepScanning = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // Not in step with the others.
      await runtime.sleep(limits.renewEveryMs * (0.75 + runtime.random() / 4), stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        await scan();
      } catch (error) {
        tellError(feed, error, { during: 'lease' });
      }
    }
  };

  const rangeHealth = (range: FeedRange): RangeHealth => {
    const session = sessions.get(range.id);
    if (session !== undefined) return session.health();
    const seen = store.lastSeen(range);
    const owner = seen?.lease?.owner;
    return {
      id: range.id,
      owned: false,
      ...(owner === undefined ? {} : { owner }),
      continuationAgeMs: 0,
      lagging: false,
      inFlight: 0,
      stalledMs: runtime.now() - (seen?.sinceMs ?? startedAtMs ?? runtime.now()),
      stuck: [],
    };
  };

  return {
    async start() {
      if (startedAtMs !== undefined) throw new Error(`feed ${feed.name}: started before; build another processor`);
      startedAtMs = runtime.now();
      const first = scan();
      loop = first.then(keepScanning, keepScanning);
      try {
        await first;
      } catch (error) {
        tellError(feed, error, { during: 'lease' });
        const hopeless = !isContainerError(error) || ['forbidden', 'not-found', 'bad-request'].includes(error.code);
        if (!hopeless) return;
        stopping.abort();
        await Promise.all([loop, ...[...sessions.values()].map((session) => session.stop())]);
        throw error;
      }
    },
    async stop() {
      stopping.abort();
      await Promise.all([...sessions.values()].map((session) => session.stop()));
      await loop;
      // A range may have been taken in the very moment.
      await Promise.all([...sessions.values()].map((session) => session.stop()));
    },
    nudge() {
      for (const session of sessions.values()) session.nudge();
    },
    health(): FeedHealth {
      const running = startedAtMs !== undefined && !stopping.signal.aborted;
      const all = ranges.map(rangeHealth);
      const healthy = running && all.length > 0 && all.every((range) => range.stalledMs < limits.unhealthyAfterMs);
      return { running, ranges: all, healthy };
    },
  };
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
