import type { FeedRange } from '@daybook/ports';
import type { Placement } from './balance.ts';
import type { LeaseDocument } from './lease-document.ts';
import type { LeaseStore } from './lease-store.ts';
import type { RangeSession } from './range-session.ts';

/** A range that is to be read, and the lease of the one that it was split from. */
export interface Leaf {
  readonly range: FeedRange;
  readonly parent: LeaseDocument | undefined;
}

/** How many leases are looked at beside each other. */
const beside = 16;

/** The ranges to read now: those of the plan, and in the place of one that was split those that it was split into. */
export async function leavesOf(
  ranges: readonly FeedRange[],
  store: LeaseStore,
  isHeld: (rangeId: string) => boolean,
  parent?: LeaseDocument,
): Promise<readonly Leaf[]> {
  const leaves: Leaf[] = [];
  for (let from = 0; from < ranges.length; from += beside) {
    const some = ranges.slice(from, from + beside);
    const found = await Promise.all(
      some.map(async (range): Promise<readonly Leaf[]> => {
        if (isHeld(range.id)) return [{ range, parent }];
        // What was split stays split: it need not be read again.
        const known = store.lastSeen(range)?.lease;
        const lease = known?.children === undefined ? (await store.observe(range)).lease : known;
        if (lease?.children === undefined) return [{ range, parent }];
        return leavesOf(lease.children, store, isHeld, lease);
      }),
    );
    leaves.push(...found.flat());
  }
  return leaves;
}

/** Who holds which range as far as is seen, moves under way counted as done. */
export function placementsOf(
  leaves: readonly Leaf[],
  store: LeaseStore,
  sessions: ReadonlyMap<string, RangeSession>,
  instance: string,
): readonly Placement[] {
  return leaves.map(({ range }) => {
    const session = sessions.get(range.id);
    if (session !== undefined) {
      const holder = session.leaving ? session.promisedTo : instance;
      return { rangeId: range.id, moving: session.leaving, ...(holder === undefined ? {} : { holder }) };
    }
    const seen = store.lastSeen(range);
    if (seen?.lease === undefined || store.isFree(seen)) return { rangeId: range.id, moving: false };
    const { owner, wantedBy } = seen.lease;
    const holder = wantedBy ?? owner;
    return { rangeId: range.id, moving: wantedBy !== undefined, ...(holder === undefined ? {} : { holder }) };
  });
}
