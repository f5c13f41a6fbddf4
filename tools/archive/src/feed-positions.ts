import type { Container, FeedRange } from '@daybook/ports';

/** How far a feed has come in one range. */
export interface FeedPosition {
  readonly range: FeedRange;
  /** Absent: nowhere yet, or it was rewound. */
  readonly continuation?: string;
}

/** A lease document of `@daybook/change-feed`, as far as it matters here. */
interface Lease {
  readonly feed: string;
  readonly range?: FeedRange;
  readonly continuation?: string;
  /** The range was split into these: each goes on from this lease's checkpoint until it has a lease of its own. */
  readonly children?: readonly FeedRange[];
}

const pageSize = 1_000;

/** The positions of every feed that has left anything in the container of leases, whether it runs or not. */
export async function readFeedPositions(leases: Container): Promise<ReadonlyMap<string, readonly FeedPosition[]>> {
  const byFeed = new Map<string, Lease[]>();
  let from: { readonly continuation?: string } = {};
  for (;;) {
    const page = await leases.query({ limit: pageSize, ...from });
    for (const document of page.documents as readonly object[]) {
      const lease = document as Partial<Lease>;
      if (typeof lease.feed !== 'string') continue;
      byFeed.set(lease.feed, [...(byFeed.get(lease.feed) ?? []), lease as Lease]);
    }
    if (page.continuation === undefined) break;
    from = { continuation: page.continuation };
  }
  return new Map([...byFeed].map(([feed, ofFeed]) => [feed, positionsOf(ofFeed)]));
}

function positionsOf(leases: readonly Lease[]): readonly FeedPosition[] {
  const known = new Set(leases.map(({ range }) => range?.id));
  return leases.flatMap(({ range, continuation, children }) => {
    // A plan: it says which ranges there are to be, and has no position.
    if (range === undefined) return [];
    const left = children?.filter(({ id }) => !known.has(id)) ?? [range];
    return left.map((each) => ({ range: each, ...(continuation === undefined ? {} : { continuation }) }));
  });
}
