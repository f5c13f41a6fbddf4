import {
  type Container,
  type FeedRange,
  type Operation,
  type Runtime,
  type Stored,
  isContainerError,
  isoNow,
} from '@daybook/ports';
import { type HeldLease, holdLease } from './held-lease.ts';
import { type LeaseDocument, leaseId } from './lease-document.ts';

/** A lease as last seen, and since when its holder has written nothing, by this instance's own clock. */
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
  /** True where nobody lives that holds it or that it was given back for. */
  isFree(observation: Observation): boolean;
  /**
   * Takes a lease that is free as observed; `undefined` when another was faster.
   *
   * @param parent the lease of the range that was split into this one
   * @param accepts asked when another instance wants the lease while it is held: whether to give it
   */
  claim(
    range: FeedRange,
    observation: Observation,
    parent: LeaseDocument | undefined,
    accepts: (instance: string) => boolean,
  ): Promise<HeldLease | undefined>;
  /** Asks the holder for a lease, by a mark in it. Nothing comes of it when another was faster. */
  ask(observation: Observation): Promise<void>;
}

export interface LeaseSettings {
  readonly feed: string;
  readonly instance: string;
  readonly leases: Container;
  readonly runtime: Runtime;
  readonly leaseDurationMs: number;
  /** How long one that was given back for somebody is kept for it. */
  readonly reservedMs: number;
  readonly succeeds?: (owner: string) => boolean;
}

/**
 * Leases by optimistic concurrency alone: every write carries the etag it replaces, so of two contenders one fails, and a holder that
 * slept through the loss of its lease cannot write it any more. No clock is compared with another: a contender takes a lease only
 * when it has itself watched for the whole duration that the holder wrote nothing.
 */
export function createLeaseStore(settings: LeaseSettings): LeaseStore {
  const { feed, instance, leases, runtime, leaseDurationMs, reservedMs } = settings;
  const seen = new Map<string, Observation>();

  const observe = async (range: FeedRange): Promise<Observation> => {
    const id = leaseId(feed, range);
    const lease = (await leases.read(id, id)).document as Stored<LeaseDocument> | undefined;
    const before = seen.get(range.id);
    const sinceMs = before !== undefined && isSameLife(before.lease, lease) ? before.sinceMs : runtime.now();
    // What a predecessor of this process left behind is free at the first look: nobody is there to wait for.
    const left = before === undefined && lease?.owner !== undefined && settings.succeeds?.(lease.owner) === true;
    const observation = { lease, sinceMs: sinceMs - (left ? leaseDurationMs : 0) };
    seen.set(range.id, observation);
    return observation;
  };

  return {
    observe,
    lastSeen: (range) => seen.get(range.id),
    forget: (range) => void seen.set(range.id, { lease: undefined, sinceMs: runtime.now() }),
    isFree({ lease, sinceMs }) {
      const silentMs = runtime.now() - sinceMs;
      if (lease?.owner === instance) return true;
      if (lease?.owner !== undefined) return silentMs >= leaseDurationMs;
      return lease?.wantedBy === undefined || lease.wantedBy === instance || silentMs >= reservedMs;
    },
    async claim(range, { lease }, parent, accepts) {
      const startedMs = runtime.now();
      const { continuation, from, generation = 0, rewound } = lease ?? parent ?? {};
      const document: LeaseDocument = {
        id: leaseId(feed, range),
        feed,
        range,
        owner: instance,
        renewedAt: isoNow(runtime),
        renewals: (lease?.renewals ?? 0) + 1,
        acquisitions: (lease?.acquisitions ?? 0) + 1,
        generation,
        ...(continuation === undefined ? {} : { continuation }),
        ...(from === undefined ? {} : { from }),
        ...(rewound === undefined ? {} : { rewound }),
      };
      const operation: Operation =
        lease === undefined ? { kind: 'create', document } : { kind: 'replace', document, ifMatch: lease._etag };
      const hold = (taken: Stored<LeaseDocument>): HeldLease => holdLease({ ...settings, accepts }, taken, startedMs);
      try {
        const outcome = await leases.batch(document.id, [operation]);
        const written = outcome.applied ? outcome.results[0]?.document : undefined;
        if (written !== undefined) return hold(written as Stored<LeaseDocument>);
      } catch (error) {
        if (!isContainerError(error) || error.code !== 'outcome-unknown') throw error;
      }
      // Another was faster, or the answer was lost: what is stored now says which.
      const now = (await observe(range)).lease;
      const isOurs = now?.owner === instance && now.acquisitions === document.acquisitions;
      return isOurs && now.generation === generation ? hold(now) : undefined;
    },
    async ask({ lease }) {
      if (lease === undefined) return;
      const { _etag, _ts, ...document } = lease;
      const marked = { ...document, wantedBy: instance } as LeaseDocument;
      try {
        await leases.batch(lease.id, [{ kind: 'replace', document: marked, ifMatch: _etag }]);
      } catch (error) {
        if (!isContainerError(error) || error.code !== 'outcome-unknown') throw error;
      }
    },
  };
}

/** Whether the holder has written nothing in between; that others asked for it does not count. */
function isSameLife(before: LeaseDocument | undefined, now: LeaseDocument | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  return (
    before.owner === now.owner &&
    before.renewedAt === now.renewedAt &&
    before.renewals === now.renewals &&
    before.acquisitions === now.acquisitions &&
    before.generation === now.generation
  );
}
