import type { Container, Document, FeedRange, FeedStart, Runtime, Stored } from '@daybook/ports';
import { writtenAtMs } from './lag.ts';
import { type LeaseDocument, type PlanDocument, leaseId } from './lease-document.ts';

/** A range that is read now, with its lease as stored; absent where nobody has taken it yet. */
export interface LeasedRange {
  readonly range: FeedRange;
  readonly lease: Stored<LeaseDocument> | undefined;
  /** Of the range that this one was split from. It goes on from there where it has no lease of its own. */
  readonly parent: LeaseDocument | undefined;
}

/** A range of a feed as the leases tell, whoever holds it. */
export interface RangeStatus extends FeedRange {
  readonly owner?: string;
  /** By the owner's clock. */
  readonly renewedAt?: string;
  readonly generation: number;
  /** The checkpoint: what `rewind` takes as a position. Absent: it begins at its start. */
  readonly continuation?: string;
  readonly rewound?: LeaseDocument['rewound'];
}

/** How far a range's checkpoint is behind what is in the container. */
export interface RangeLag {
  /** The age of the oldest document behind the checkpoint. */
  readonly lagSeconds: number;
  /** An estimate: transactions behind the checkpoint, those of other ranges of the same partition included. */
  readonly lagEvents: number;
}

export interface FeedStatus<R extends RangeStatus = RangeStatus> {
  readonly name: string;
  readonly ranges: readonly R[];
}

type Found = ReadonlyMap<string, Stored>;

/** Every feed that has leases here, by name, with its ranges. */
export async function readFeeds(leases: Container): Promise<ReadonlyMap<string, readonly LeasedRange[]>> {
  const found = new Map<string, Stored>();
  for (let from: { readonly continuation?: string } | undefined = {}; from !== undefined;) {
    const page = await leases.query({ limit: 1_000, ...from });
    for (const document of page.documents) found.set(document.id, document);
    from = page.continuation === undefined ? undefined : { continuation: page.continuation };
  }
  const documents = [...found.values()] as unknown as readonly (LeaseDocument | PlanDocument)[];
  const names = [...new Set(documents.map(({ feed }) => feed))].filter((feed) => typeof feed === 'string').sort();
  return new Map(
    names.map((feed) => {
      const plan = documents.find((each): each is PlanDocument => each.feed === feed && 'ranges' in each);
      // A feed from before there were plans has nothing but leases.
      const roots =
        plan?.ranges ?? documents.flatMap((each) => (each.feed === feed && 'range' in each ? [each.range] : []));
      return [feed, leasedRanges(feed, roots as readonly FeedRange[], found, undefined)];
    }),
  );
}

function leasedRanges(
  feed: string,
  ranges: readonly FeedRange[],
  found: Found,
  parent: LeaseDocument | undefined,
): readonly LeasedRange[] {
  return ranges.flatMap((range) => {
    const lease = found.get(leaseId(feed, range)) as Stored<LeaseDocument> | undefined;
    if (lease?.children === undefined) return [{ range, lease, parent }];
    return leasedRanges(feed, lease.children, found, lease);
  });
}

export function statusOf({ range, lease, parent }: LeasedRange): RangeStatus {
  const { continuation, generation = 0, rewound } = lease ?? parent ?? {};
  return {
    ...range,
    generation,
    ...(lease?.owner === undefined ? {} : { owner: lease.owner, renewedAt: lease.renewedAt }),
    ...(continuation === undefined ? {} : { continuation }),
    ...(rewound === undefined ? {} : { rewound }),
  };
}

/** Where to begin to read. */
export type Place = { readonly continuation: string } | { readonly start: FeedStart };

export function placeOfLease(lease: LeaseDocument | undefined): Place {
  const { continuation, from = 'beginning' } = lease ?? {};
  return continuation === undefined ? { start: from } : { continuation };
}

/** Pages of a part of a partition may be empty and not the last: what lies between belongs to the other parts. */
const emptyPagesMax = 1_000;

/** The first document behind a place, and the newest log sequence number of its partition. */
export async function firstBehind<T extends Document>(
  source: Pick<Container<T>, 'feedPage'>,
  range: FeedRange,
  place: Place,
): Promise<{ readonly document: Stored<T> | undefined; readonly newestLsn: number | undefined }> {
  let from = place;
  for (let pages = 1; ; pages += 1) {
    const { documents, hasMore, continuation, newestLsn } = await source.feedPage({ range, limit: 1, ...from });
    const [document] = documents;
    if (document !== undefined || !hasMore || pages === emptyPagesMax) return { document, newestLsn };
    from = { continuation };
  }
}

/** Looks at the container itself, so it is true whether anybody works on the range or not. */
export async function lagOf<T extends Document>(
  { range, lease, parent }: LeasedRange,
  source: Pick<Container<T>, 'feedPage'>,
  runtime: Runtime,
  timeOf?: (document: Stored<T>) => number,
): Promise<RangeLag> {
  const { document: first, newestLsn } = await firstBehind(source, range, placeOfLease(lease ?? parent));
  if (first === undefined) return { lagSeconds: 0, lagEvents: 0 };
  const nowMs = runtime.now();
  const writtenMs = timeOf?.(first) ?? writtenAtMs(first, nowMs);
  const lsn = first._lsn ?? 0;
  return {
    lagSeconds: Math.max(0, nowMs - writtenMs) / 1_000,
    lagEvents: Math.max(1, (newestLsn ?? lsn) - lsn + 1),
  };
}
