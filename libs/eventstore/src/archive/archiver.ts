import type { BlobStore, Container, Page, Query, Runtime } from '@daybook/ports';
import { StreamCorrupt } from '../errors.ts';
import type { StreamHead } from '../event-store.ts';
import type { StoredEvent } from '../stored-event.ts';
import { verifyStream } from '../verify-stream.ts';
import { indexedByDefault, segmentStore, withoutSystemFields } from './segments.ts';

/** Something that may still need the events where they are: a feed that has not passed them, for example. */
export interface DeletionGuard {
  readonly name: string;
  /** False while events of the stream up to this version must stay. */
  allows(streamId: string, upToVersion: number): Promise<boolean>;
}

export interface ArchiverOptions {
  /** The events container through the archiver's identity: the only one that may delete. */
  readonly container: Container;
  readonly blobs: BlobStore;
  readonly runtime: Runtime;
  /** Events older than this go to the archive. */
  readonly olderThanDays: number;
  /**
   * Archived events older than this are deleted from the container, in days; at least `olderThanDays`. From then on a repeated command
   * key is not recognized any more: no client may repeat a command after so long.
   */
  readonly dedupWindowDays: number;
  /** The version up to which a snapshot makes the events unnecessary for loading; 0 where there is none. */
  readonly coveredUpTo: (streamId: string) => Promise<number>;
  /** All have to allow a deletion. Name every feed of the container. */
  readonly guards: readonly DeletionGuard[];
  /** Events a segment, 1 to 1,000. Default 1,000; fewer where they are large. */
  readonly segmentMax?: number;
  /**
   * Paths of text fields by which archived events can still be found over all streams: name those that identify subjects, which an erasure
   * asks for (`data.customerId`). Default and always: `metadata.correlationId`.
   */
  readonly indexed?: readonly string[];
}

export interface Archived {
  /** The last version in the archive; 1 where nothing is: the first event always stays where it is. */
  readonly archivedTo: number;
  /** Events deleted by this call. */
  readonly deleted: number;
  /** Names of the guards that did not allow a deletion. */
  readonly heldBy: readonly string[];
}

export interface Archiver {
  /**
   * Copies old events of a stream to the archive and deletes those that nothing holds. Can be repeated and interrupted at any point:
   * nothing is deleted that was not read back from the archive with its hash. @throws StreamCorrupt for a stream that does not verify
   */
  archive(streamId: string): Promise<Archived>;
  /** Puts all archived events of a stream back where they were, verified between their neighbours. Returns how many were missing. */
  restore(streamId: string): Promise<number>;
}

const dayMs = 86_400_000;
const operationsMax = 100;
const segmentBytesMax = 16_000_000;

/** @throws RangeError for limits that cannot be */
export function createArchiver(options: ArchiverOptions): Archiver {
  const { container, blobs, runtime, olderThanDays, dedupWindowDays, segmentMax = 1_000 } = options;
  if (!(olderThanDays >= 0)) throw new RangeError(`olderThanDays must not be negative, it is ${olderThanDays}`);
  if (!(dedupWindowDays >= olderThanDays)) throw new RangeError('dedupWindowDays must not be less than olderThanDays');
  if (!(segmentMax >= 1 && segmentMax <= 1_000))
    throw new RangeError(`segmentMax must be 1 to 1,000, not ${segmentMax}`);
  const segments = segmentStore(container.name, blobs, [...indexedByDefault, ...(options.indexed ?? [])]);
  const daysAgo = (days: number): string => new Date(runtime.now() - days * dayMs).toISOString();

  const query = async (streamId: string, request: Pick<Query, 'where' | 'limit'>): Promise<readonly StoredEvent[]> => {
    const orderBy = [{ field: 'version', direction: 'asc' }] as const;
    return ((await container.query({ partitionKey: streamId, orderBy, ...request })) as Page<StoredEvent>).documents;
  };

  const headOf = async (streamId: string): Promise<StoredEvent | undefined> => {
    const orderBy = [{ field: 'version', direction: 'desc' }] as const;
    return ((await container.query({ partitionKey: streamId, orderBy, limit: 1 })) as Page<StoredEvent>).documents[0];
  };

  const eventAt = async (streamId: string, version: number): Promise<StoredEvent> => {
    const { document } = await container.read(streamId, String(version));
    const event =
      (document as unknown as StoredEvent | undefined) ?? (await segments.between(streamId, version, version))[0];
    if (event === undefined)
      throw new StreamCorrupt(streamId, version, 'is neither in the container nor in the archive');
    return event;
  };

  const checked = (streamId: string, events: readonly StoredEvent[], after: StreamHead): readonly StoredEvent[] => {
    const verdict = verifyStream(events, { after });
    if (!verdict.ok) throw new StreamCorrupt(streamId, verdict.version, verdict.message);
    return events;
  };

  const copy = async (streamId: string, archivedTo: number, upTo: number): Promise<number> => {
    const young = daysAgo(olderThanDays);
    let after = await eventAt(streamId, archivedTo);
    while (after.version < upTo) {
      const where = [{ field: 'version', op: '>', value: after.version } as const];
      const page = await query(streamId, { where, limit: segmentMax });
      const old = withinBytes(page.filter(({ version, recordedAt }) => version <= upTo && recordedAt < young));
      if (old.length === 0) break;
      await segments.write(streamId, checked(streamId, old, after));
      after = old.at(-1) as StoredEvent;
    }
    return after.version;
  };

  const remove = async (streamId: string, archivedTo: number): Promise<number> => {
    const young = daysAgo(dedupWindowDays);
    let deleted = 0;
    // The oldest first: what is missing is then always one run after the first event.
    for (;;) {
      const where = [
        { field: 'version', op: '>', value: 1 },
        { field: 'version', op: '<=', value: archivedTo },
      ] as const;
      const page = await query(streamId, { where, limit: operationsMax });
      const old = page.filter(({ recordedAt }) => recordedAt < young);
      const [first, last] = [old[0], old.at(-1)];
      if (first === undefined || last === undefined) return deleted;
      const archived = await segments.between(streamId, first.version, last.version);
      const unlike = old.find((event, index) => archived[index]?.hash !== event.hash);
      if (unlike !== undefined) throw new StreamCorrupt(streamId, unlike.version, 'is another one in the archive');
      const outcome = await container.batch(
        streamId,
        old.map(({ id }) => ({ kind: 'delete', id })),
      );
      // Not applied: another archiver was here first; what it left is asked for anew.
      if (outcome.applied) deleted += old.length;
    }
  };

  return {
    async archive(streamId) {
      const archivedBefore = (await segments.list(streamId)).at(-1)?.toVersion ?? 1;
      const head = await headOf(streamId);
      if (head === undefined) return { archivedTo: 1, deleted: 0, heldBy: [] };
      const covered = await options.coveredUpTo(streamId);
      const archivedTo = await copy(streamId, archivedBefore, Math.min(covered, head.version - 1));
      const heldBy: string[] = [];
      for (const guard of options.guards) if (!(await guard.allows(streamId, archivedTo))) heldBy.push(guard.name);
      return { archivedTo, deleted: heldBy.length === 0 ? await remove(streamId, archivedTo) : 0, heldBy };
    },
    async restore(streamId) {
      const all = (await segments.list(streamId)).at(-1)?.toVersion ?? 1;
      let restored = 0;
      let after = await eventAt(streamId, 1);
      for (const segment of await segments.list(streamId)) {
        const events = checked(streamId, await segments.read(streamId, segment), after);
        after = events.at(-1) ?? after;
        if (segment.toVersion === all) checked(streamId, [await eventAt(streamId, all + 1)], after);
      }
      // Only when the whole archive of the stream fits between its neighbours is anything written.
      for (const segment of await segments.list(streamId)) {
        for (const event of await segments.read(streamId, segment)) {
          const create = { kind: 'create', document: withoutSystemFields(event) } as const;
          const outcome = await container.batch(streamId, [create]);
          if (outcome.applied) restored += 1;
        }
      }
      return restored;
    },
  };
}

/** As many as are read and written in one piece without harm; at least one. */
function withinBytes(events: readonly StoredEvent[]): readonly StoredEvent[] {
  let bytes = 0;
  const end = events.findIndex((event) => (bytes += Buffer.byteLength(JSON.stringify(event))) > segmentBytesMax);
  return end < 0 ? events : events.slice(0, Math.max(1, end));
}
