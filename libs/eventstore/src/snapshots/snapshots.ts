import { type Container, type Json, isContainerError, isDocumentId } from '@daybook/ports';
import { canonicalJson } from '../canonical-json.ts';
import { type Cost, noCost } from '../costs/cost.ts';
import { type EventStoreMetrics, categoryOf } from '../costs/metrics.ts';
import type { StreamHead } from '../event-store.ts';
import { backgroundQueue } from './background-queue.ts';
import type { StateFormat } from './fingerprint.ts';

/** How many events lie between two snapshots: many commands a second, the usual, few commands a day. */
export const snapshotIntervals = { busy: 50, normal: 100, quiet: 500 } as const;

/** The document stored for one stream: its latest snapshot. */
export interface SnapshotDocument {
  /** The stream's id; partition key. */
  readonly id: string;
  readonly streamId: string;
  /** Of the event that the state includes as its last. */
  readonly version: number;
  /** That event's hash: where the stream has another at this version, the snapshot is not the stream's. */
  readonly hash: string;
  readonly recordedAt: string;
  readonly state: Json;
  /** Of the code that made the state. */
  readonly fingerprint: string;
}

export interface Snapshot<S> {
  readonly state: S;
  readonly head: StreamHead;
}

/** Why there is no snapshot to begin at. */
export type SnapshotMiss = 'absent' | 'outdated' | 'unavailable';

export interface SnapshotRead<S> {
  readonly snapshot?: Snapshot<S>;
  readonly miss?: SnapshotMiss;
  readonly cost: Cost;
}

/** Snapshots of the streams of one kind of aggregate. Nothing here fails: a snapshot saves time, and is never needed. */
export interface Snapshots<S> {
  readonly every: number;
  read(streamId: string): Promise<SnapshotRead<S>>;
  /** Writes it some time later; of two that wait for the same stream the last. */
  offer(streamId: string, snapshot: Snapshot<S>): void;
  /** Removes what is not the stream's. */
  drop(streamId: string): void;
  /** Resolves when nothing waits to be written. */
  settled(): Promise<void>;
}

export interface SnapshotsOptions<S> {
  /** Partition key `/id`. */
  readonly container: Container;
  readonly metrics: EventStoreMetrics;
  readonly every: number;
  readonly fingerprint: string;
  readonly format: StateFormat<S>;
  /** Streams that may wait to be written; what comes then is left to the next time. */
  readonly waitingMax: number;
}

/** A document takes 2 MB; the rest is for what surrounds the state. */
const stateBytesMax = 1_900_000;

export function createSnapshots<S>(options: SnapshotsOptions<S>): Snapshots<S> {
  const { container, metrics, every, fingerprint, format } = options;
  if (!Number.isSafeInteger(every) || every < 1)
    throw new RangeError(`snapshots.every must be 1 or more, it is ${every}`);

  const told = (streamId: string, outcome: 'written' | 'failed' | 'dropped' | 'too-large'): void =>
    metrics.count('event_store.snapshot_writes', 1, { aggregate: categoryOf(streamId), outcome });
  const paid = (streamId: string, operation: string, requestCharge: number): void =>
    metrics.record('event_store.request_units', requestCharge, { aggregate: categoryOf(streamId), operation });
  const queue = backgroundQueue(options.waitingMax, (streamId) => told(streamId, 'failed'));

  const write = async (streamId: string, { state, head }: Snapshot<S>): Promise<void> => {
    const json = format.toJson(state);
    // Also refuses what would not come back as it was: a Map, a Date, a class.
    if (Buffer.byteLength(canonicalJson(json)) > stateBytesMax) return told(streamId, 'too-large');
    const { version, hash, recordedAt } = head;
    const document: SnapshotDocument = { id: streamId, streamId, version, hash, recordedAt, state: json, fingerprint };
    const outcome = await container.batch(streamId, [{ kind: 'upsert', document: { ...document } }]);
    paid(streamId, 'snapshot-write', outcome.requestCharge);
    told(streamId, outcome.applied ? 'written' : 'failed');
  };

  return {
    every,
    async read(streamId) {
      if (!isDocumentId(streamId)) return { miss: 'absent', cost: noCost };
      let answer: Awaited<ReturnType<Container['read']>>;
      try {
        answer = await container.read(streamId, streamId);
      } catch (error) {
        if (!isContainerError(error)) throw error;
        return { miss: 'unavailable', cost: { requestCharge: 0, roundTrips: 1 } };
      }
      const cost = { requestCharge: answer.requestCharge, roundTrips: 1 };
      paid(streamId, 'snapshot-read', cost.requestCharge);
      const found = answer.document as unknown as SnapshotDocument | undefined;
      if (found === undefined) return { miss: 'absent', cost };
      if (found.fingerprint !== fingerprint) return { miss: 'outdated', cost };
      const { version, hash, recordedAt } = found;
      try {
        return { snapshot: { state: format.fromJson(found.state), head: { version, hash, recordedAt } }, cost };
      } catch {
        return { miss: 'outdated', cost };
      }
    },
    offer(streamId, snapshot) {
      if (isDocumentId(streamId)) queue.put(streamId, () => write(streamId, snapshot));
    },
    drop(streamId) {
      if (!isDocumentId(streamId)) return;
      queue.put(streamId, async () => {
        await container.batch(streamId, [{ kind: 'delete', id: streamId }]);
        told(streamId, 'dropped');
      });
    },
    settled: queue.settled,
  };
}
