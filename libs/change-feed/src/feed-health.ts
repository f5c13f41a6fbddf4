import type { FeedHealth, FeedLimits, FeedMeasurement, RangeHealth } from './feed-options.ts';
import type { LeaseStore } from './lease-store.ts';
import type { RangeSession } from './range-session.ts';
import type { Leaf } from './ranges.ts';

export interface HealthInput {
  readonly leaves: readonly Leaf[];
  readonly sessions: ReadonlyMap<string, RangeSession>;
  readonly store: LeaseStore;
  readonly limits: FeedLimits;
  readonly nowMs: number;
  readonly startedAtMs: number | undefined;
  readonly stopped: boolean;
}

/** What a feed says of itself: what it holds from within, what others hold by whether they renew. */
export function healthOf(input: HealthInput): FeedHealth {
  const { leaves, sessions, limits, startedAtMs, stopped } = input;
  const running = startedAtMs !== undefined && !stopped;
  const ranges = leaves
    .map((leaf) => sessions.get(leaf.range.id)?.health() ?? healthElsewhere(leaf, input))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    running,
    ranges,
    lagSeconds: ranges.reduce((most, range) => Math.max(most, range.lagSeconds), 0),
    lagEvents: ranges.reduce((sum, range) => sum + range.lagEvents, 0),
    healthy: running && ranges.length > 0 && ranges.every((range) => range.stalledMs < limits.unhealthyAfterMs),
  };
}

function healthElsewhere({ range }: Leaf, { store, nowMs, startedAtMs }: HealthInput): RangeHealth {
  const seen = store.lastSeen(range);
  const { owner, generation } = seen?.lease ?? {};
  const stalledMs = nowMs - (seen?.sinceMs ?? startedAtMs ?? nowMs);
  // Nobody else says of a range that nobody holds how far it is behind.
  const isOrphan = seen === undefined || owner === undefined || store.isFree(seen);
  return {
    id: range.id,
    owned: false,
    ...(owner === undefined ? {} : { owner }),
    ...(generation === undefined ? {} : { generation }),
    continuationAgeMs: 0,
    lagSeconds: isOrphan ? stalledMs / 1_000 : 0,
    lagEvents: 0,
    lagging: false,
    inFlight: 0,
    stalledMs,
    stuck: [],
  };
}

/** Of the ranges that are held here, and of those that nobody holds. */
export function measurementsOf(
  feed: string,
  name: 'projection.lag_seconds' | 'projection.lag_events',
  { ranges }: FeedHealth,
): readonly FeedMeasurement[] {
  return ranges
    .filter(({ owned, lagSeconds }) => owned || lagSeconds > 0)
    .map(({ id, lagSeconds, lagEvents }) => ({
      value: name === 'projection.lag_seconds' ? lagSeconds : lagEvents,
      attributes: { feed, range: id },
    }));
}
