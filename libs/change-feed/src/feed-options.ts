import type { Container, Document, FeedStart, Runtime, Stored } from '@daybook/ports';
import type { FeedHealth, FeedMetrics } from './feed-health.ts';

/** What a handler is told beside its documents. */
export interface FeedContext {
  readonly rangeId: string;
  /** 1 the first time; more when the same documents are tried again. */
  readonly attempt: number;
  /** Aborted when the lease is lost or the processor's patience at `stop()` is over: what the handler still does is of no use. */
  readonly signal: AbortSignal;
  /**
   * False once another instance may have taken the range, by this one's own clock: at once when a process wakes that was stopped for
   * long, before anything could have told it. Ask it before a write that no etag and no version guards.
   */
  readonly isHeld: () => boolean;
}

/** Handles documents of one key, in order. Resolve when they are done; throw to get them again. */
export type KeyHandler<T extends Document = Document> = (
  documents: readonly Stored<T>[],
  context: FeedContext & { readonly key: string },
) => Promise<void>;

/** Handles one page of a range, in order. Resolve when it is done; throw to get it again. */
export type PageHandler<T extends Document = Document> = (
  documents: readonly Stored<T>[],
  context: FeedContext,
) => Promise<void>;

/**
 * One of the two:
 * - `handleKey`: documents are grouped by key; keys run beside each other, each in order. A slow or failing key holds back no other.
 * - `handlePage`: whole pages, one call at a time per range. A failing page holds back its range.
 */
export type FeedHandler<T extends Document = Document> =
  | { readonly handleKey: KeyHandler<T>; readonly handlePage?: never }
  | { readonly handlePage: PageHandler<T>; readonly handleKey?: never };

/**
 * A safe place for documents that cannot be handled, and for everything that follows with their keys: the key waits there, the feed goes
 * on with the others. `feedParking` of `@daybook/messaging` keeps them in dead letters.
 */
export interface FeedParking<T extends Document = Document> {
  /** Learns which keys are parked. Called whenever a range is taken, before its first document; tried again until it succeeds. */
  load(): Promise<void>;
  /** From memory: called for every call of the handler. */
  parked(key: string): boolean;
  /** Puts the document that failed away and marks its key. The same document again changes nothing. */
  park(key: string, document: Stored<T>, error: unknown, attempts: number): Promise<void>;
  /** Puts documents away behind those of their key. False: the key is not parked any more, and they are to be handled. */
  follow(key: string, documents: readonly Stored<T>[]): Promise<boolean>;
  /** True for an error that says nothing about the document: it is tried again without end. */
  isTransient(error: unknown): boolean;
}

export interface FeedLimits {
  /**
   * Into at least so many ranges a feed is cut when it is first started, where the container has fewer: more instances than ranges
   * would stand by. 1 to 256; default 4, as many as a service commonly has instances; each costs its own reads. Later changes do not
   * matter: the ranges are written down with the leases.
   */
  readonly minRanges: number;
  /** Documents asked for in one read: 1 to 1,000; default 100. */
  readonly pageSize: number;
  /** Documents of one range read and not yet done, held in memory; default 1,000. */
  readonly maxInFlight: number;
  /** Documents of one range read past its checkpoint, done or not: as many may be given again after a crash; default 10,000. */
  readonly maxAhead: number;
  /** Keys of one range handled at the same time; default 16. */
  readonly maxConcurrentKeys: number;
  /** A lease not written for so long, as watched by the contender's own clock, may be taken; default 5,000. */
  readonly leaseDurationMs: number;
  /**
   * How often a lease is renewed, and how often others' leases are looked at; at most a third of the duration; default 1,500. Ranges are
   * balanced within two of these after an instance has joined or left.
   */
  readonly renewEveryMs: number;
  /** The least time between two checkpoints of one range; default 200. */
  readonly checkpointEveryMs: number;
  /** The longest pause after a read that found nothing: pauses begin at `pollMinMs` and double; default 500. */
  readonly pollIdleMs: number;
  /** The least time between a read that did not fill its page and the next, however many nudges come; default 20. */
  readonly pollMinMs: number;
  /** The pause before the second attempt; doubles with each one after, with jitter; default 100. */
  readonly retryMinMs: number;
  /** The longest pause between two attempts; default 10,000. */
  readonly retryMaxMs: number;
  /** How long `stop()` waits for handlers before it gives the ranges back without them; default 10,000. */
  readonly stopTimeoutMs: number;
  /** A range without progress for so long is unhealthy; default 15,000. */
  readonly unhealthyAfterMs: number;
  /**
   * After so many failed attempts a document is parked, or `onPoison` is asked; needs one of them. Default 5 with `parking`; otherwise
   * none: a handler is tried for ever.
   */
  readonly maxAttempts?: number;
}

/** Where an error came from. The feed has kept going; these are for logs and metrics. */
export interface FeedErrorContext<T extends Document = Document> {
  readonly during: 'lease' | 'read' | 'handle' | 'poison';
  readonly rangeId?: string;
  readonly key?: string;
  /** How many attempts have failed in a row. */
  readonly attempt?: number;
  /** The first of those that could not be handled. Not for logs as it is: it may tell of persons. */
  readonly document?: Stored<T>;
}

export type FeedLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

interface FeedBase<T extends Document> {
  /** Names the feed in its lease documents: processors of one name share the work, others are independent. `[A-Za-z0-9_.-]`, 1 to 100. */
  readonly name: string;
  /** Names this process, newly made at each start: it tells a holder from its own ghost. */
  readonly instance: string;
  /**
   * True for an instance that this process has taken the place of and that is known to be gone: the same pod or slot before a restart.
   * Its leases are taken at the first look instead of after `leaseDurationMs`. Wrongly true costs repeated work, never lost work: the
   * fencing of the leases does not rest on it.
   */
  readonly succeeds?: (owner: string) => boolean;
  /** The container whose changes are followed. */
  readonly source: Container<T>;
  /** Holds one lease document per feed and range; partition key `/id`. Never the source itself. */
  readonly leases: Container;
  readonly runtime: Runtime;
  /** Documents with equal keys are handled in order. */
  readonly keyOf: (document: Stored<T>) => string;
  /** Orders documents written in one transaction, where the feed promises no order: the event's version. */
  readonly orderOf?: (document: Stored<T>) => number;
  /** When a document was written, in milliseconds since the epoch, for the lag; default by `_ts`, which knows whole seconds only. */
  readonly timeOf?: (document: Stored<T>) => number;
  /** Where a range without a checkpoint begins, unless it was rewound; default `beginning`. */
  readonly start?: FeedStart;
  readonly limits?: Partial<FeedLimits>;
  /**
   * Asked after `maxAttempts`. Once it resolves the documents count as done and the feed goes on: it has put them in a safe place.
   * If it throws they are tried again. In key mode it is given the one document that fails, in page mode the page.
   */
  readonly onPoison?: (documents: readonly Stored<T>[], error: unknown, context: FeedContext) => Promise<void>;
  /**
   * In key mode: after `maxAttempts` the document that fails, and everything later of its key, goes there. In page mode it is only loaded
   * when a range is taken: what of a page cannot be handled is the page handler's to find out and to park. Not with `onPoison`.
   */
  readonly parking?: FeedParking<T>;
  /** Told of every failure that the feed goes on after. */
  readonly onError?: (error: unknown, context: FeedErrorContext<T>) => void;
  /** Told of what else happens, and of failures where there is no `onError`. */
  readonly log?: FeedLog;
  readonly metrics?: FeedMetrics;
}

export type FeedProcessorOptions<T extends Document = Document> = FeedBase<T> & FeedHandler<T>;

/**
 * Follows a container's changes. At least once; for each key, first occurrences in order; a checkpoint only after the work.
 */
export interface FeedProcessor {
  /** Begins; resolves after the first look at the leases. Fails only where the containers cannot be used at all. */
  start(): Promise<void>;
  /** Takes on nothing new, finishes what runs (up to `stopTimeoutMs`), writes checkpoints, gives the ranges back. */
  stop(): Promise<void>;
  /** Read at once: this process has just written to the source. Cheap; call it after each write. */
  nudge(): void;
  health(): FeedHealth;
}

const feedOptionsErrorName = 'FeedOptionsError';

/** Thrown by `createFeedProcessor` for options that cannot work. `field` names the one at fault. */
export class FeedOptionsError extends Error {
  readonly code = 'bad-feed-options';
  readonly field: string;

  constructor(field: string, remedy: string) {
    super(`${field}: ${remedy}`);
    this.name = feedOptionsErrorName;
    this.field = field;
  }
}

export function isFeedOptionsError(error: unknown): error is FeedOptionsError {
  return error instanceof Error && error.name === feedOptionsErrorName;
}
