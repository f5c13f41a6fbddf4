import {
  type Container,
  type Document,
  type FeedRange,
  type FeedStart,
  type Operation,
  type Runtime,
  type Stored,
  isContainerError,
  isoNow,
} from '@daybook/ports';
import { FeedError } from './feed-error.ts';
import {
  type FeedStatus,
  type LeasedRange,
  type Place,
  type RangeLag,
  type RangeStatus,
  firstBehind,
  lagOf,
  placeOfLease,
  readFeeds,
  statusOf,
} from './feed-status.ts';
import { type LeaseDocument, type Rewound, leaseId } from './lease-document.ts';

/** Where to begin again. A continuation is a position of one range, as `feeds()` shows it. */
export type RewindTarget = 'beginning' | { readonly timeMs: number } | { readonly continuation: string };

export interface RewindRequest {
  readonly feed: string;
  readonly to: RewindTarget;
  /** One range only; needed for a continuation. */
  readonly rangeId?: string;
  /** Who asks for it, and why: written into the leases. */
  readonly actor: string;
  readonly reason: string;
}

export interface FeedAdmin {
  /** The feeds that have leases here. One query. */
  feeds(): Promise<readonly FeedStatus[]>;
  /** The same with how far each range is behind: one read of the feed for each. */
  feedsWithLag(): Promise<readonly FeedStatus<RangeStatus & RangeLag>[]>;
  /**
   * Begins again somewhere else, while instances run: the lease's generation goes up, its holder notices with its next write (within
   * `renewEveryMs`), tells its handlers by their `signal`, drops what it has in hand and begins again. Handlers get old documents again,
   * in order. @throws FeedError
   */
  rewind(request: RewindRequest): Promise<readonly RangeStatus[]>;
}

export interface FollowedContainer<T extends Document = Document> {
  /** The container that the feeds follow. */
  readonly source: Pick<Container<T>, 'feedPage'>;
  /** When a document was written, in milliseconds since the epoch; default by `_ts`. */
  readonly timeOf?: (document: Stored<T>) => number;
}

export interface FeedAdminOptions<T extends Document = Document> extends FollowedContainer<T> {
  readonly leases: Container;
  readonly runtime: Runtime;
  /** Feeds over the same leases that follow another container, by name: positions mean nothing in any other. */
  readonly others?: Readonly<Record<string, FollowedContainer>>;
}

const attemptsMax = 10;

/** Looks at feeds and rewinds them, from any process: it needs their leases, not their processors. */
export function createFeedAdmin<T extends Document>(options: FeedAdminOptions<T>): FeedAdmin {
  const { leases, runtime } = options;
  const followedBy = (feed: string): FollowedContainer =>
    options.others?.[feed] ?? (options as unknown as FollowedContainer);

  /** Refuses a place that is none, and one behind which there is something that has not been done. */
  const check = async (leased: LeasedRange, { feed, to }: RewindRequest): Promise<void> => {
    const { source } = followedBy(feed);
    const firstLsn = async (range: FeedRange, place: Place): Promise<number> =>
      (await firstBehind(source, range, place)).document?._lsn ?? Infinity;
    const undone = await firstLsn(leased.range, placeOfLease(leased.lease ?? leased.parent));
    const place = placeOf(to);
    let first: number;
    try {
      first = await firstLsn(leased.range, 'from' in place ? { start: place.from } : place);
    } catch (error) {
      if (!isContainerError(error) || error.code !== 'bad-request') throw error;
      throw new FeedError('bad-position', feed, `not a position of range ${leased.range.id}`, { cause: error });
    }
    if (first <= undone) return;
    throw new FeedError('would-skip', feed, `range ${leased.range.id} has not come so far: something would be skipped`);
  };

  /** One write; false when the lease has changed meanwhile. */
  const write = async (leased: LeasedRange, request: RewindRequest, rewound: Rewound): Promise<boolean> => {
    const { range, lease, parent } = leased;
    const {
      _etag,
      _ts,
      continuation: _continuation,
      from: _from,
      ...kept
    } = (lease ?? {}) as Partial<Stored<LeaseDocument>>;
    const document: LeaseDocument = {
      renewedAt: rewound.at,
      acquisitions: 0,
      ...kept,
      id: leaseId(request.feed, range),
      feed: request.feed,
      range,
      generation: ((lease ?? parent)?.generation ?? 0) + 1,
      ...placeOf(request.to),
      rewound,
    };
    const operation: Operation =
      _etag === undefined ? { kind: 'create', document } : { kind: 'replace', document, ifMatch: _etag };
    try {
      return (await leases.batch(document.id, [operation])).applied;
    } catch (error) {
      if (!isContainerError(error) || error.code !== 'outcome-unknown') throw error;
      return false;
    }
  };

  const rangesOf = async ({ feed, rangeId }: RewindRequest): Promise<readonly LeasedRange[]> => {
    const all = (await readFeeds(leases)).get(feed);
    if (all === undefined) throw new FeedError('feed-unknown', feed, 'nobody has ever started it');
    const chosen = rangeId === undefined ? all : all.filter(({ range }) => range.id === rangeId);
    if (chosen.length > 0) return chosen;
    throw new FeedError(
      'range-unknown',
      feed,
      `no range ${rangeId}; it has ${all.map(({ range }) => range.id).join(', ')}`,
    );
  };

  return {
    feeds: async () => [...(await readFeeds(leases))].map(([name, ranges]) => ({ name, ranges: ranges.map(statusOf) })),
    async feedsWithLag() {
      const feeds = [...(await readFeeds(leases))];
      return Promise.all(
        feeds.map(async ([name, ranges]) => {
          const { source, timeOf } = followedBy(name);
          const withLag = async (each: LeasedRange) => ({
            ...statusOf(each),
            ...(await lagOf(each, source, runtime, timeOf)),
          });
          return { name, ranges: await Promise.all(ranges.map(withLag)) };
        }),
      );
    },
    async rewind(request) {
      const { feed, to, actor, reason } = request;
      if (typeof to === 'object' && 'continuation' in to && request.rangeId === undefined) {
        throw new FeedError('bad-position', feed, 'a position is one of a range: name it');
      }
      // What it says is in it also tells this rewind from another: an answer that was lost is recognized by it.
      const rewound: Rewound = { at: isoNow(runtime), id: runtime.newId(), actor, reason, to: shown(to) };
      for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
        const ranges = await rangesOf(request);
        const isDone = ({ lease, parent }: LeasedRange): boolean => (lease ?? parent)?.rewound?.id === rewound.id;
        const left = ranges.filter((each) => !isDone(each));
        if (left.length === 0) return ranges.map(statusOf);
        for (const each of left) await check(each, request);
        for (const each of left) await write(each, request, rewound);
        await runtime.sleep(attempt * 10);
      }
      throw new FeedError('rewind-incomplete', feed, `its leases kept changing; rewind it again`);
    },
  };
}

/** The place as a lease has it. */
function placeOf(to: RewindTarget): { readonly continuation: string } | { readonly from: FeedStart } {
  return typeof to === 'object' && 'continuation' in to ? to : { from: to };
}

function shown(to: RewindTarget): string {
  if (typeof to === 'string') return to;
  return 'timeMs' in to ? new Date(to.timeMs).toISOString() : 'position';
}
