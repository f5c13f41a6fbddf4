import {
  type Container,
  type Document,
  type FeedRange,
  type Operation,
  type Runtime,
  type Stored,
  isContainerError,
  isoNow,
} from '@daybook/ports';
import { type HeldLease, holdLease } from './held-lease.ts';

/** The lease on one range of one feed. `id` is also the partition key. */
export interface LeaseDocument extends Document {
  readonly feed: string;
  readonly range: FeedRange;
  /** Absent: given back. */
  readonly owner?: string;
  /** By the owner's clock; for people. Nobody compares it. */
  readonly renewedAt: string;
  /** How often it changed hands; for people. The fencing token is the document's etag. */
  readonly acquisitions: number;
  /** The checkpoint: everything before it is done. */
  readonly continuation?: string;
}

/** A lease as last seen, and since when it has looked like that, by this instance's own clock. */
export interface Observation {
  readonly lease: Stored<LeaseDocument> | undefined;
  readonly sinceMs: number;
}

export interface LeaseStore {
  /** Reads a lease and remembers what it saw. */
  observe(range: FeedRange): Promise<Observation>;
  /** What was seen last, without reading. */
  lastSeen(range: FeedRange): Observation | undefined;
  /** Forgets what was seen of a lease that this instance held itself: its watch begins anew. */
  forget(range: FeedRange): void;
  /** True where nobody holds it, this instance does without knowing it, or the holder has not written for the whole lease duration. */
  isFree(observation: Observation): boolean;
  /** Takes a lease that is free as observed; `undefined` when another was faster. */
  claim(range: FeedRange, observation: Observation): Promise<HeldLease | undefined>;
}

export interface LeaseSettings {
  readonly feed: string;
  readonly instance: string;
  readonly leases: Container;
  readonly runtime: Runtime;
  readonly leaseDurationMs: number;
  readonly succeeds?: (owner: string) => boolean;
}

/** Characters that Cosmos DB forbids in an id are written as `~<hex>`. */
export function leaseId(feed: string, range: FeedRange): string {
  const safe = range.id.replace(/[^A-Za-z0-9_.-]/g, (character) => `~${character.charCodeAt(0).toString(16)}`);
  return `${feed}.${safe}`;
}

/**
 * Leases by optimistic concurrency alone: every write carries the etag it replaces, so of two contenders one fails, and a holder that
 * slept through the loss of its lease cannot write it any more. No clock is compared with another: a contender takes a lease only
 * when it has itself watched the same etag for the whole duration.
 */
export function createLeaseStore(settings: LeaseSettings): LeaseStore {
  const { feed, instance, leases, runtime, leaseDurationMs } = settings;
  const seen = new Map<string, Observation>();

  const read = async (range: FeedRange): Promise<Stored<LeaseDocument> | undefined> => {
    const id = leaseId(feed, range);
    return (await leases.read(id, id)).document as Stored<LeaseDocument> | undefined;
  };
  const observe = async (range: FeedRange): Promise<Observation> => {
    const lease = await read(range);
    const before = seen.get(range.id);
    const same = before !== undefined && before.lease?._etag === lease?._etag;
    // What a predecessor of this process left behind is free at the first look: nobody is there to wait for.
    const left = before === undefined && lease?.owner !== undefined && settings.succeeds?.(lease.owner) === true;
    const observation = same ? before : { lease, sinceMs: runtime.now() - (left ? leaseDurationMs : 0) };
    seen.set(range.id, observation);
    return observation;
  };

  return {
    observe,
    lastSeen: (range) => seen.get(range.id),
    forget: (range) => void seen.set(range.id, { lease: undefined, sinceMs: runtime.now() }),
    isFree({ lease, sinceMs }) {
      if (lease?.owner === undefined || lease.owner === instance) return true;
      return runtime.now() - sinceMs >= leaseDurationMs;
    },
    async claim(range, { lease }) {
      const startedMs = runtime.now();
      const document: LeaseDocument = {
        id: leaseId(feed, range),
        feed,
        range,
        owner: instance,
        renewedAt: isoNow(runtime),
        acquisitions: (lease?.acquisitions ?? 0) + 1,
        ...(lease?.continuation === undefined ? {} : { continuation: lease.continuation }),
      };
      const operation: Operation =
        lease === undefined ? { kind: 'create', document } : { kind: 'replace', document, ifMatch: lease._etag };
      try {
        const outcome = await leases.batch(document.id, [operation]);
        const written = outcome.applied ? outcome.results[0]?.document : undefined;
        if (written !== undefined) return holdLease(settings, written as Stored<LeaseDocument>, startedMs);
      } catch (error) {
        if (!isContainerError(error) || error.code !== 'outcome-unknown') throw error;
      }
      // Another was faster, or the answer was lost: what is stored now says which.
      const now = (await observe(range)).lease;
      return now?.owner === instance ? holdLease(settings, now, startedMs) : undefined;
    },
  };
}
