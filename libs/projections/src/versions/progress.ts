import type { StoredEvent } from '@daybook/eventstore';
import type { Container, FeedRange, Runtime } from '@daybook/ports';

/** How far a build is. */
export interface BuildProgress {
  /** 0 to 1, by the time of the events: of what was written between the first event and now, how much is done. */
  readonly done: number;
  /** Everything that was there when it was looked at. */
  readonly caughtUp: boolean;
  /** Everything before is in it; absent before it has begun. UTC, ISO 8601. */
  readonly upTo?: string;
  /** At the pace so far; absent while there is none, and when nothing is left. */
  readonly remainingMs?: number;
}

export interface ProgressSources {
  readonly events: Container<StoredEvent>;
  readonly leases: Container;
  readonly runtime: Pick<Runtime, 'now'>;
}

interface Position {
  readonly range: FeedRange;
  readonly continuation?: string;
}

/** A live build always has something in hand; what is no older than this is not behind. */
const liveMs = 5_000;

/**
 * Asks the feed what comes after each checkpoint: any instance can say how far a build is, whoever works on it. Costs two reads of one
 * document for each range.
 */
export async function progressOf(
  { events, leases, runtime }: ProgressSources,
  feed: string,
  startedAt: string,
): Promise<BuildProgress> {
  const nowMs = runtime.now();
  const positions = await positionsOf(leases, feed);
  if (positions.length === 0) return { done: 0, caughtUp: false };
  const ranges = await Promise.all(positions.map((position) => rangeProgress(events, position, nowMs)));
  const done = ranges.reduce((sum, range) => sum + range.done, 0) / ranges.length;
  const upToMs = Math.min(...ranges.map((range) => range.upToMs));
  const caughtUp = ranges.every((range) => range.begun && nowMs - range.upToMs <= liveMs);
  const elapsedMs = nowMs - Date.parse(startedAt);
  return {
    done,
    caughtUp,
    ...(done > 0 && Number.isFinite(upToMs) ? { upTo: new Date(upToMs).toISOString() } : {}),
    ...(done > 0 && !caughtUp ? { remainingMs: Math.round((elapsedMs * (1 - done)) / done) } : {}),
  };
}

/** What the lease container holds of a feed: leases, and the plan of its ranges. */
interface FeedDocument extends Partial<Position> {
  readonly children?: readonly FeedRange[];
  readonly ranges?: readonly FeedRange[];
}

/** Where each range of the feed is: a range that was split counts by its parts, and one that nobody has taken yet counts, too. */
async function positionsOf(leases: Container, feed: string): Promise<readonly Position[]> {
  const { documents } = await leases.query({ where: [{ field: 'feed', op: '=', value: feed }], limit: 1_000 });
  const found = documents as unknown as readonly FeedDocument[];
  const isLease = (each: FeedDocument): each is FeedDocument & Position => each.range !== undefined;
  const taken = new Set(found.filter(isLease).map(({ range }) => range.id));
  const named = found.flatMap(({ ranges = [], children = [], continuation }): readonly Position[] => [
    ...ranges.map((range) => ({ range })),
    ...children.map((range) => ({ range, ...(continuation === undefined ? {} : { continuation }) })),
  ]);
  return [
    ...found.filter(isLease).filter(({ children }) => children === undefined),
    ...named.filter(({ range }) => !taken.has(range.id)),
  ];
}

async function rangeProgress(
  events: Container<StoredEvent>,
  { range, continuation }: Position,
  nowMs: number,
): Promise<{ readonly begun: boolean; readonly done: number; readonly upToMs: number }> {
  const next = await firstAfter(events, range, continuation);
  const begun = continuation !== undefined || next === undefined;
  if (next === undefined) return { begun, done: 1, upToMs: nowMs };
  const first = continuation === undefined ? next : await firstAfter(events, range, undefined);
  const firstMs = first ?? next;
  return { begun, done: nowMs <= firstMs ? 0 : Math.min(1, (next - firstMs) / (nowMs - firstMs)), upToMs: next };
}

/** When the next event of the range was written, in milliseconds; `undefined` where there is none. */
async function firstAfter(
  events: Container<StoredEvent>,
  range: FeedRange,
  continuation: string | undefined,
): Promise<number | undefined> {
  let from = continuation;
  // A page may be empty and not the last: documents of other parts of the partition lie between.
  for (let reads = 0; reads < 100; reads += 1) {
    const page = await events.feedPage({ range, limit: 1, ...(from === undefined ? {} : { continuation: from }) });
    const [event] = page.documents;
    if (event !== undefined) return event._ts * 1_000;
    if (!page.hasMore) return undefined;
    from = page.continuation;
  }
  return 0;
}
