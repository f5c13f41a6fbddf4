import type { Document, FeedRange, FeedStart } from '@daybook/ports';

/** The lease on one range of one feed. `id` is also the partition key. */
export interface LeaseDocument extends Document {
  readonly feed: string;
  readonly range: FeedRange;
  /** Absent: given back. */
  readonly owner?: string;
  /** By the owner's clock; for people. Nobody compares it. */
  readonly renewedAt: string;
  /** Counts what holders have written: a lease whose number stands still has a holder that does not live. */
  readonly renewals?: number;
  /** How often it changed hands. The fencing token is the document's etag. */
  readonly acquisitions: number;
  /** How often it was rewound. A holder of another generation holds it no more. */
  readonly generation?: number;
  /** The checkpoint: everything before it is done. */
  readonly continuation?: string;
  /** Where to begin while there is no checkpoint, because it was rewound; otherwise the feed's own `start`. */
  readonly from?: FeedStart;
  /** The instance that has too few ranges and asks for this one; of a lease that was given back, the one that it was given back for. */
  readonly wantedBy?: string;
  /** The range was split into these, each of which goes on from this lease's checkpoint. Nobody takes it any more. */
  readonly children?: readonly FeedRange[];
  /** The last rewind; for people. */
  readonly rewound?: Rewound;
}

/** Who rewound a range, when, where to, and why. */
export interface Rewound {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
  /** `beginning`, `now`, an ISO 8601 time, or `position`. */
  readonly to: string;
}

/** Which ranges a feed has: written once, by whoever starts it first, so that another setting later loses no position. */
export interface PlanDocument extends Document {
  readonly feed: string;
  readonly ranges: readonly FeedRange[];
  readonly plannedAt: string;
}

/** Characters that Cosmos DB forbids in an id are written as `~<hex>`. */
export function leaseId(feed: string, range: FeedRange): string {
  const safe = range.id.replace(/[^A-Za-z0-9_.-]/g, (character) => `~${character.charCodeAt(0).toString(16)}`);
  return `${feed}.${safe}`;
}

/** No lease has this id: `~` in theirs is followed by a number. */
export function planId(feed: string): string {
  return `${feed}~plan`;
}
