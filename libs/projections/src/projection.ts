import type { Condition, Container, Refusal } from '@daybook/ports';
import type { StoredEvent } from '@daybook/eventstore';

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
}

/** A question to a read model. Conditions are joined by AND. */
export interface ListQuery {
  readonly partitionKey?: string;
  readonly where?: readonly Condition[];
  readonly orderBy?: readonly { readonly field: string; readonly direction: 'asc' | 'desc' }[];
  /** At most this many items: 1 to 1,000. */
  readonly limit: number;
  /** `next` of the page before, with the same question. */
  readonly after?: string;
}

export interface ItemPage<State> {
  readonly items: readonly ReadModelItem<State>[];
  /** Pass it as `after` to go on; absent on the last page. */
  readonly next?: string;
}

export interface Projection<State extends object = object> {
  readonly name: string;
  /** True for streams this read model is made of. */
  concerns(streamId: string): boolean;
  /**
   * Brings the stream's document up to these events, which are of one stream. Seen ones are dropped, a gap is filled from the stream.
   *
   * @throws ProjectionError `gap` when the stream itself has one, `conflict` when others keep writing the document, `reserved-field`.
   * @throws ContainerError
   */
  apply(events: readonly StoredEvent[]): Promise<void>;
  /** The item of a stream, by a point read. */
  get(streamId: string): Promise<ReadModelItem<State> | undefined>;
  /** Items, a page at a time. Refuses with `bad-cursor` or `bad-limit`. */
  list(query: ListQuery): Promise<ItemPage<State> | Refusal>;
}

export type ProjectionErrorCode = 'gap' | 'conflict' | 'reserved-field' | 'mixed-streams' | 'cursor-too-long';

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
