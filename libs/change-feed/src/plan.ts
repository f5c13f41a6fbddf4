import { type Container, type FeedRange, type Runtime, isContainerError, isoNow, subdivideRange } from '@daybook/ports';
import { type PlanDocument, leaseId, planId } from './lease-document.ts';

export interface PlanSettings {
  readonly feed: string;
  readonly source: Pick<Container, 'feedRanges'>;
  readonly leases: Container;
  readonly runtime: Runtime;
  readonly minRanges: number;
}

/** The ranges that a feed began with; where nobody has decided, this decides. Of several that do so at once, one wins. */
export async function planOf(settings: PlanSettings): Promise<readonly FeedRange[]> {
  const { feed, leases, runtime } = settings;
  const id = planId(feed);
  const stored = await readPlan(leases, feed);
  if (stored !== undefined) return stored;
  const document: PlanDocument = { id, feed, ranges: await firstRanges(settings), plannedAt: isoNow(runtime) };
  try {
    const outcome = await leases.batch(id, [{ kind: 'create', document }]);
    if (outcome.applied) return document.ranges;
  } catch (error) {
    if (!isContainerError(error) || error.code !== 'outcome-unknown') throw error;
  }
  // Another was faster, or the answer was lost.
  return (await readPlan(leases, feed)) ?? planOf(settings);
}

/** `undefined` for a feed that nobody has started. */
export async function readPlan(leases: Container, feed: string): Promise<readonly FeedRange[] | undefined> {
  const id = planId(feed);
  return ((await leases.read(id, id)).document as PlanDocument | undefined)?.ranges;
}

async function firstRanges({ feed, source, leases, minRanges }: PlanSettings): Promise<readonly FeedRange[]> {
  const whole = await source.feedRanges();
  const parts = Math.ceil(minRanges / whole.length);
  const ranges: FeedRange[] = [];
  for (const range of whole) {
    const id = leaseId(feed, range);
    // A lease from before there were plans has a position: its range stays as it is.
    const hasLease = parts > 1 && (await leases.read(id, id)).document !== undefined;
    ranges.push(...(hasLease ? [range] : subdivideRange(range, parts)));
  }
  return ranges;
}
