/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What is written: a JSON object with an `id`, unique within its partition. */
export type Document = { readonly id: string } & { readonly [field: string]: unknown };

/** What is read: the document, and what the database adds. */
export type Stored<T extends Document = Document> = T & {
  /** Changes with every write. Opaque: compare exactly. */
  readonly _etag: string;
  /** Time of the last write in whole seconds since the epoch, by the database's clock. */
  readonly _ts: number;
  /** Log sequence number; present on documents read from the change feed. */
  readonly _lsn?: number;
};

/** One operation of an atomic batch. `ifMatch` is an `_etag`: the whole batch fails with 412 where it is no longer current. */
export type Operation =
  | { readonly kind: 'create'; readonly document: Document }
  | { readonly kind: 'read'; readonly id: string }
  | { readonly kind: 'upsert'; readonly document: Document; readonly ifMatch?: string }
  | { readonly kind: 'replace'; readonly document: Document; readonly ifMatch?: string }
  | { readonly kind: 'delete'; readonly id: string; readonly ifMatch?: string };

export interface OperationResult {
  readonly status: number;
  /** The document read or as written; absent after a delete. */
  readonly document?: Stored;
}

/**
 * How a batch ended, when that is known. Not applied: nothing of it was written; `failedIndex` names the operation whose `status`
 * decided it (404 not there, 409 id or unique key taken, 412 `ifMatch` not current, 413 too large), all others would say 424.
 */
export type BatchOutcome =
  | { readonly applied: true; readonly results: readonly OperationResult[]; readonly requestCharge: number }
  | { readonly applied: false; readonly failedIndex: number; readonly status: number; readonly requestCharge: number };

export interface Condition {
  /** A top-level field name, or a path with dots (`data.orderId`). */
  readonly field: string;
  readonly op: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'starts-with' | 'contains' | 'in';
  /** For `in` an array of at most 100 values; for `starts-with` and `contains` a string; else a string, number or boolean. */
  readonly value: string | number | boolean | readonly (string | number | boolean)[];
}

/** A query over one partition, or over all where `partitionKey` is absent. Conditions are joined by AND. */
export interface Query {
  readonly partitionKey?: string;
  readonly where?: readonly Condition[];
  /**
   * Order by fields that every matching document has (mixed types order as undefined < null < boolean < number < string).
   * Documents equal in all of them come in a stable order.
   */
  readonly orderBy?: readonly { readonly field: string; readonly direction: 'asc' | 'desc' }[];
  /** At most this many documents a page: 1 to 1,000. A page may hold fewer and still not be the last. */
  readonly limit: number;
  /** Where the last page ended; opaque. */
  readonly continuation?: string;
}

export interface Page<T extends Document = Document> {
  readonly documents: readonly Stored<T>[];
  /** Present when there is more. */
  readonly continuation?: string;
  readonly requestCharge: number;
}

/** A part of the container's partition key space, `minInclusive` to `maxExclusive`, by the hash of the partition key. */
export interface FeedRange {
  /** Stable as long as the range is not split. */
  readonly id: string;
  readonly minInclusive: string;
  readonly maxExclusive: string;
}

export type FeedStart = 'beginning' | 'now' | { readonly timeMs: number };

export interface FeedPage<T extends Document = Document> {
  /**
   * The latest version of documents created or changed, in the order of their `_lsn`. Documents of one batch share an `_lsn` and are
   * never split over pages; inside one `_lsn` no order is promised.
   */
  readonly documents: readonly Stored<T>[];
  /** Where to go on: present on empty pages too. Good for the range that was read, and for every part of it. */
  readonly continuation: string;
  /** False when the feed had nothing new. */
  readonly hasMore: boolean;
  /**
   * Present while the range lies in more than one partition of the database, because it was split or is too wide: the parts to read in
   * its place, each from this page's `continuation`. The page itself is good, and so is reading on as before; it only costs more.
   */
  readonly split?: readonly FeedRange[];
  /**
   * The newest log sequence number that the database knew when it was asked, of the partition that was read, where it tells: what it is
   * ahead of the last document's `_lsn` is how many transactions have not been read, those of other ranges of the partition included.
   */
  readonly newestLsn?: number;
  readonly requestCharge: number;
}

/**
 * A Cosmos DB container, as low and narrow as Daybook needs it.
 *
 * Two implementations pass the same suite (`containerBehaviour`): `memoryContainer` here, and `cosmosContainer` in `@daybook/azure`.
 * Every method may throw a {@link ContainerError}.
 */
export interface Container<T extends Document = Document> {
  readonly name: string;
  /** Runs 1 to 100 operations on one partition: all or none. */
  batch(partitionKey: string, operations: readonly Operation[]): Promise<BatchOutcome>;
  /** Point read. `undefined` when there is no such document. */
  read(partitionKey: string, id: string): Promise<{ readonly document?: Stored<T>; readonly requestCharge: number }>;
  query(query: Query): Promise<Page<T>>;
  /** The ranges as the database has cut them: they cover the key space, and change when a partition is split. */
  feedRanges(): Promise<readonly FeedRange[]>;
  feedPage(request: {
    /** One of `feedRanges()`, or a part of one: see `subdivideRange`. */
    readonly range: FeedRange;
    /** Of this range or of one that holds it. Wins over `start`. */
    readonly continuation?: string;
    /** Where to begin without a continuation; default `beginning`. */
    readonly start?: FeedStart;
    /** 1 to 1,000; a page may hold more where a batch would otherwise be split. */
    readonly limit: number;
  }): Promise<FeedPage<T>>;
}

/**
 * - `throttled` (429), `retry-with` (449), `unavailable` (503, connection refused): nothing was done; try again after a pause.
 * - `outcome-unknown`: a write whose answer never came. It may have been done.
 * - `forbidden` (401, 403), `not-found` (the container itself), `too-large` (413), `bad-request` (400): trying again will not help.
 */
export type ContainerErrorCode =
  | 'throttled'
  | 'retry-with'
  | 'unavailable'
  | 'outcome-unknown'
  | 'forbidden'
  | 'not-found'
  | 'too-large'
  | 'bad-request';

/** True for an id that a document can have: 1 to 1,023 bytes of UTF-8 without `/ \ # ?`. Any other is a `bad-request`. */
export function isDocumentId(id: unknown): id is string {
  return typeof id === 'string' && id !== '' && Buffer.byteLength(id) <= 1_023 && !/[/\\#?]/.test(id);
}

const containerErrorName = 'ContainerError';

export class ContainerError extends Error {
  readonly code: ContainerErrorCode;
  readonly container: string;
  /** How long the database asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ContainerErrorCode,
    container: string,
    message: string,
    options: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(`${container}: ${message}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = containerErrorName;
    this.code = code;
    this.container = container;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export function isContainerError(error: unknown): error is ContainerError {
  return error instanceof Error && error.name === containerErrorName;
}

/** True where doing the same again cannot do it twice: nothing was done the first time. */
export function isSafeToRetry(error: unknown): error is ContainerError {
  return isContainerError(error) && ['throttled', 'retry-with', 'unavailable'].includes(error.code);
}
