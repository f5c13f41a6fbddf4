import type { Decision, Refusal } from '@daybook/ports';
import type { Cost } from './costs/cost.ts';
import type { AppendReceipt } from './event-store.ts';
import type { DomainEvent, EventMetadata } from './stored-event.ts';
import type { AsOf, Past } from './time-travel/as-of.ts';

/** The state of one aggregate as of a version of its stream. */
export interface Loaded<S> {
  readonly state: S;
  /** 0 where the stream has no events. */
  readonly version: number;
  /** Hash of the event at `version`; 64 zeros at version 0. */
  readonly lastHash: string;
  /** What loading it cost. */
  readonly cost: Cost;
}

interface ExecuteBase {
  readonly streamId: string;
  /** `metadata.commandKey` makes it idempotent: the same key again returns what the first call appended. */
  readonly metadata: EventMetadata;
  /** The version the caller has seen (`If-Match`): decided only where the stream is still there. */
  readonly expectedVersion?: number | undefined;
  /**
   * The stream is most likely new: where its state is not in memory, it is decided on the initial state without asking first, which
   * saves the round trip. Where that was wrong nothing is lost: the append finds out, and it is decided again.
   */
  readonly fresh?: boolean | undefined;
}

export type ExecuteRequest<C, E, S> =
  | (ExecuteBase & { readonly command: C })
  | (ExecuteBase & { readonly decide: (state: S, version: number) => Decision<E> });

/**
 * How a command ended. `state` and `version` are those after it. `cost` is that of everything the command took, loading included; of
 * commands that were appended together each has its share of the request units.
 */
export type Outcome<E, S> = { readonly cost: Cost } & Ending<E, S>;

/** An outcome without its cost. */
export type Ending<E, S> =
  | {
      readonly kind: 'appended';
      readonly receipt: AppendReceipt;
      readonly events: readonly E[];
      readonly state: S;
      readonly version: number;
    }
  /** The command key was used before: receipt and events are those of the first time, the state is today's. */
  | {
      readonly kind: 'duplicate';
      readonly receipt: AppendReceipt;
      readonly events: readonly E[];
      readonly state: S;
      readonly version: number;
    }
  /** The decision was that there is nothing to do. */
  | { readonly kind: 'unchanged'; readonly state: S; readonly version: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly state: S; readonly version: number }
  /** The stream is not at `expectedVersion`; it is at `version`. */
  | { readonly kind: 'version-mismatch'; readonly version: number };

export interface AggregateStore<C, E extends DomainEvent, S> {
  /**
   * The state from memory, after a point read that asks for the next event; or from the snapshot and the events after it, read beside
   * each other; or from all events. One round trip, and one more for every 1,000 events to replay.
   */
  load(streamId: string): Promise<Loaded<S>>;
  /** The state as of a version or an instant, from the events; leaves the state in memory alone. @throws InvalidAppend */
  asOf(streamId: string, asOf: AsOf): Promise<Past<S>>;
  /**
   * Loads, decides, appends: one round trip where the state is in memory, because the append itself finds out whether it is current.
   * Decides again where it was not. Commands of this process for one stream that arrive together are decided in the order of their
   * arrival and appended as one batch, each with its own receipt.
   *
   * @throws AppendOutcomeUnknown, ConcurrencyConflict (attempts spent), StreamDiverged, StreamCorrupt, InvalidEvent, InvalidAppend,
   * AppendTooLarge, StreamBusy; the `ContainerError` of a read that did not succeed within the retry budget (nothing was appended)
   */
  execute(request: ExecuteRequest<C, E, S>): Promise<Outcome<E, S>>;
  /** Resolves when the snapshots that were asked for are written or given up: for tests, and before a process ends. */
  settled(): Promise<void>;
}
