import type { StoredEvent } from '@daybook/eventstore';

/** What a handler of events is told beside them. */
export interface ApplyContext {
  /**
   * False while a build only catches up beside the one that serves. A read model has no effect but its own documents, which nobody asks for
   * then; a handler with effects outside (a message, a call) holds them back while this is false.
   */
  readonly live: boolean;
}

/** What a feed of events drives. */
export interface Projector {
  readonly name: string;
  /** True for streams that it is made of. */
  concerns(streamId: string): boolean;
  /**
   * Takes in these events, which are of one stream. Those that it had are dropped.
   *
   * @param context default: live
   * @throws ProjectionError `gap` when the stream itself has one, `conflict` when others keep writing the same, `reserved-field`
   * @throws ContainerError
   */
  apply(events: readonly StoredEvent[], context?: ApplyContext): Promise<void>;
}

/** A document as two builds of a read model are compared by it. */
export interface Scanned {
  /** The same in every build. */
  readonly key: string;
  /** Of the stream that it is made of; absent where there are many. */
  readonly streamVersion?: number;
  /** What `project` or the sums made: without the fields that differ between builds. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** One set of a read model's documents, and what keeps them up to date. */
export interface Build extends Projector {
  /** Documents that are shown, in the order of their keys, after this key. Fewer than `limit`: there are no more. */
  scan(after: string | undefined, limit: number): Promise<readonly Scanned[]>;
  /** The document of a key, as `scan` gives it, whether it is on this page or not. */
  look(key: string): Promise<Scanned | undefined>;
  /** Deletes up to `limit` of all its documents; returns how many it found: fewer than `limit` means none is left. */
  clear(limit: number): Promise<number>;
}
