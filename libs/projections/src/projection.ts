import type { Condition, Container, Refusal } from '@daybook/ports';
import type { StoredEvent } from '@daybook/eventstore';
import type { Build } from './build.ts';
import type { HotCacheOptions } from './hot-cache.ts';

/** What a read model's document holds beside the state that `project` makes. Their names are taken. */
export interface ReadModelFields {
  /** One document per stream: by default `<read model>:<stream id>`. */
  readonly id: string;
  /** The name of the read model it belongs to. */
  readonly readModel: string;
  readonly streamId: string;
  /** The version of the last event in it. */
  readonly streamVersion: number;
}

export type ReadModelItem<State> = State & ReadModelFields;

/** How a read model comes out of the events of one kind of stream: one document per stream. */
export interface ProjectionDefinition<State extends object> {
  /** Marks its documents: several read models may share a container. For good: under another name it is another read model. */
  readonly name: string;
  /** Where its documents live. */
  readonly readModel: Container;
  /** The streams it is made of: a prefix of the stream id (`order-`), or a test. */
  readonly streams: string | ((streamId: string) => boolean);
  /** The document's id; default `<name>:<stream id>`. Different streams must get different ids, and different read models too. */
  readonly idOf?: (streamId: string) => string;
  /** The document's partition key; default its id. It follows from the stream id alone, so that later events find the document. */
  readonly partitionKeyOf?: (streamId: string) => string;
  /**
   * Pure: the state after the event. `undefined`: nothing to show (yet, or any more); what follows starts from `undefined` again.
   * An event that does not concern it returns the state as it is.
   */
  readonly project: (state: State | undefined, event: StoredEvent) => State | undefined;
  /** The events of a stream after a version, in order; a part is enough, as long as it begins with the next one. */
  readonly readStream: (streamId: string, afterVersion: number) => Promise<readonly StoredEvent[]>;
  /** Keeps documents that are asked for again and again in this process; default: none are kept. */
  readonly cache?: HotCacheOptions;
}

/** A question to a read model. Conditions are joined by AND. */
export interface ListQuery {
  readonly partitionKey?: string;
  readonly where?: readonly Condition[];
  /**
   * One field that every document has, a text or a number, whose value no two documents share (a time with the id behind it, not a time):
   * pages go on after it. Default: the stream id, ascending.
   */
  readonly orderBy?: { readonly field: string; readonly direction: 'asc' | 'desc' };
  /** At most this many items: 1 to 1,000. */
  readonly limit: number;
  /** `next` of the page before, with the same question. */
  readonly after?: string;
}

export interface ItemPage<Item> {
  readonly items: readonly Item[];
  /** Pass it as `after` to go on; absent on the last page. */
  readonly next?: string;
}

/** What answers lists, of either kind of read model. */
export interface Listed<Item> {
  /** Items, a page at a time. Refuses with `bad-cursor` or `bad-limit`. */
  list(query: ListQuery): Promise<ItemPage<Item> | Refusal>;
}

/** A stream's document as it was found: the version may be there without an item, where `project` gave none. */
export interface Seen<State> {
  /** 0: there is no document yet. */
  readonly streamVersion: number;
  readonly item?: ReadModelItem<State>;
}

/** What queries may do with a read model of one document per stream. */
export interface StreamReader<State> extends Listed<ReadModelItem<State>> {
  /** The item of a stream, by a point read, or from the cache where there is one. */
  get(streamId: string): Promise<ReadModelItem<State> | undefined>;
  /** As `get`, with the version; a cached document older than `minVersion` is read again. */
  see(streamId: string, minVersion?: number): Promise<Seen<State>>;
}

/**
 * A read model of one document per stream. `apply` brings the stream's document up to these events: seen ones are dropped, a gap is filled
 * from the stream.
 */
export interface Projection<State extends object = object> extends Build, StreamReader<State> {}

export type ProjectionErrorCode =
  | 'gap'
  | 'conflict'
  | 'reserved-field'
  | 'mixed-streams'
  | 'cursor-too-long'
  /** The order of a list does not work: see `ListQuery.orderBy`. */
  | 'bad-order'
  /** A contribution to a total is no whole number, or a total has grown beyond what is exact. */
  | 'bad-share';

const projectionErrorName = 'ProjectionError';

export class ProjectionError extends Error {
  readonly code: ProjectionErrorCode;
  readonly projection: string;

  constructor(code: ProjectionErrorCode, projection: string, message: string) {
    super(`${projection}: ${message}`);
    this.name = projectionErrorName;
    this.code = code;
    this.projection = projection;
  }
}

export function isProjectionError(error: unknown): error is ProjectionError {
  return error instanceof Error && error.name === projectionErrorName;
}
