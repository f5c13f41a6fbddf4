import type { Container, Document, FeedRange, Runtime, Stored } from '@daybook/ports';
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

/** Looks at the container itself, so it is true whether anybody works on the range or not. */
export async function lagOf<T extends Document>(
  { range, lease, parent }: LeasedRange,
  source: Pick<Container<T>, 'feedPage'>,
  runtime: Runtime,
  timeOf?: (document: Stored<T>) => number,
): Promise<RangeLag> {
  const { continuation, from = 'beginning' } = lease ?? parent ?? {};
  const place = continuation === undefined ? { start: from } : { continuation };
  const { documents, newestLsn } = await source.feedPage({ range, limit: 1, ...place });
  const [first] = documents;
  if (first === undefined) return { lagSeconds: 0, lagEvents: 0 };
  const nowMs = runtime.now();
  const writtenMs = timeOf?.(first) ?? writtenAtMs(first, nowMs);
  const lsn = first._lsn ?? 0;
  return {
    lagSeconds: Math.max(0, nowMs - writtenMs) / 1_000,
    lagEvents: Math.max(documents.length, (newestLsn ?? lsn) - lsn + 1),
  };
}
