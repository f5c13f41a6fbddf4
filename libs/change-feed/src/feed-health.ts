import type { FeedLimits } from './feed-options.ts';
import type { LeaseStore } from './lease-store.ts';
import type { RangeSession } from './range-session.ts';
import type { Leaf } from './ranges.ts';

/** Documents that keep failing and wait for their next attempt. */
export interface StuckWork {
  /** The key, or in page mode absent. */
  readonly key?: string;
  readonly documents: number;
  readonly attempts: number;
  readonly sinceMs: number;
  readonly lastError: string;
}

export interface RangeHealth {
  readonly id: string;
  /** Held by this instance. What follows is known for those only. */
  readonly owned: boolean;
  /** The instance that holds it, as far as seen from here. */
  readonly owner?: string;
  /** How often it was rewound, as far as seen from here. */
  readonly generation?: number;
  /** The checkpoint as last written. */
  readonly continuation?: string;
  /**
   * How old the oldest document is that was written and is not done, as far as is known; a range that is not read is behind by the time
   * since it was. 0 for a range whose holder lives elsewhere: that one says it.
   */
  readonly lagSeconds: number;
  /**
   * An estimate: documents read and not done, and the transactions that the database had beyond the last page, those of other ranges of
   * the same partition included. Not known anew while the range cannot be read.
   */
  readonly lagEvents: number;
  /** How long the oldest document read and not yet done has been waiting; 0 when all is done. */
  readonly continuationAgeMs: number;
  /** The last read found documents: there may be more. */
  readonly lagging: boolean;
  /** Documents read and not yet done. */
  readonly inFlight: number;
  /** Time since the last sign of progress: a read that succeeded with room to work, or documents done. */
  readonly stalledMs: number;
  readonly stuck: readonly StuckWork[];
  readonly lastError?: string;
}

export interface FeedHealth {
  readonly running: boolean;
  readonly ranges: readonly RangeHealth[];
  /** The largest of the ranges'. */
  readonly lagSeconds: number;
  /** The sum of the ranges'. */
  readonly lagEvents: number;
  /**
   * True while every range moves: each one owned here has made progress lately (an idle one does, a blocked one does not) and each
   * other is held by an instance that renews. Work that is stuck shows in `stuck`, and makes this false once it blocks its range.
   */
  readonly healthy: boolean;
}

/** One value of a gauge, of a range that this instance holds or that nobody does. */
export interface FeedMeasurement {
  readonly value: number;
  readonly attributes: { readonly feed: string; readonly range: string };
}

/** Where a feed's measurements go: `feedMetrics` of `@daybook/service-kit` gives them to OpenTelemetry. */
export interface FeedMetrics {
  /** Documents done by `feed`; failures by `feed` and `during`. */
  count(
    name: 'change_feed.documents' | 'change_feed.errors',
    value: number,
    attributes: { readonly feed: string; readonly during?: string },
  ): void;
  /** `read` is asked whenever somebody looks, so that a feed that hangs cannot hide behind its last value. Returns how to end it. */
  observe(name: 'projection.lag_seconds' | 'projection.lag_events', read: () => readonly FeedMeasurement[]): () => void;
}

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
