import { type Archived, createArchiver, type StoredEvent } from '@daybook/eventstore';
import type { BlobStore, Container, Runtime } from '@daybook/ports';
import { feedGuards } from './feed-guards.ts';

/** What the archiver works with, of one service. */
export interface ServiceStores {
  /** Through the archiver's identity. */
  readonly events: Container<StoredEvent>;
  readonly snapshots: Container;
  readonly leases: Container;
  readonly archive: BlobStore;
}

export interface ArchiveOptions {
  readonly stores: ServiceStores;
  readonly runtime: Runtime;
  readonly feeds: readonly string[];
  readonly olderThanDays: number;
  readonly dedupWindowDays: number;
  /** Fields of events that name subjects (`data.customerId`): an erasure finds archived events by them. Default: none. */
  readonly indexed?: readonly string[];
  /** Writes and deletes nothing: says what would be archived. */
  readonly dryRun?: boolean;
  readonly onStream?: (stream: ArchivedStream) => void;
}

export interface ArchivedStream {
  readonly streamId: string;
  /** The last version that is in the archive, or would be. */
  readonly archivedTo: number;
  readonly deleted: number;
  readonly heldBy: readonly string[];
}

/** Readers rely on it that nothing younger than a day is archived; messages are delivered again for as long as a hub keeps them. */
export const olderThanDaysMin = 1;
export const dedupWindowDaysMin = 7;

/** The outbox's entries name the events to publish, which are read through the store: from the archive, where they are there. */
const feedsElsewhere = ['outbox'];

/**
 * Archives every stream of a service that has a snapshot: without one, loading would have to read the archive each time.
 *
 * @throws RangeError for limits that are not safe; StreamCorrupt for the first stream that does not verify
 */
export async function archiveService(options: ArchiveOptions): Promise<readonly ArchivedStream[]> {
  const { stores, runtime, olderThanDays, dedupWindowDays, onStream = () => undefined } = options;
  if (!(olderThanDays >= olderThanDaysMin)) {
    throw new RangeError(
      `--older-than must be at least ${olderThanDaysMin}d: readers take younger events to be in place`,
    );
  }
  if (!(dedupWindowDays >= dedupWindowDaysMin && dedupWindowDays >= olderThanDays)) {
    throw new RangeError(
      `--dedup-window must be at least ${dedupWindowDaysMin}d and not less than --older-than: a command that comes again after its events were deleted is carried out twice`,
    );
  }
  const covered = new Map<string, number>();
  const { feeds } = options;
  const guards = await feedGuards({ feeds, events: stores.events, leases: stores.leases, elsewhere: feedsElsewhere });
  const archiver = createArchiver({
    ...{ container: stores.events as unknown as Container, blobs: stores.archive, runtime, guards },
    ...{ olderThanDays, dedupWindowDays, indexed: options.indexed ?? [] },
    coveredUpTo: (streamId) => Promise.resolve(covered.get(streamId) ?? 0),
  });
  const would = async (streamId: string): Promise<Archived> => {
    const before = new Date(runtime.now() - olderThanDays * 86_400_000).toISOString();
    const archivedTo = await lastOlder(stores.events, streamId, covered.get(streamId) ?? 0, before);
    const heldBy: string[] = [];
    for (const guard of guards) if (!(await guard.allows(streamId, archivedTo))) heldBy.push(guard.name);
    return { archivedTo, deleted: 0, heldBy };
  };

  const done: ArchivedStream[] = [];
  for await (const { streamId, version, hash } of snapshotsOf(stores.snapshots)) {
    const { document } = await stores.events.read(streamId, String(version));
    // A snapshot of another history covers nothing.
    if (document !== undefined && document.hash !== hash) continue;
    covered.set(streamId, version);
    const archived = await (options.dryRun === true ? would(streamId) : archiver.archive(streamId));
    covered.delete(streamId);
    if (archived.archivedTo < 2) continue;
    const stream = { streamId, ...archived };
    done.push(stream);
    onStream(stream);
  }
  return done;
}

/** The last version that is covered, old enough and not the stream's last; 1 where none is. */
async function lastOlder(
  events: Container<StoredEvent>,
  streamId: string,
  coveredUpTo: number,
  before: string,
): Promise<number> {
  const orderBy = [{ field: 'version', direction: 'desc' }] as const;
  const head = (await events.query({ partitionKey: streamId, orderBy, limit: 1 })).documents[0]?.version ?? 0;
  const where = [{ field: 'version', op: '<=', value: Math.min(coveredUpTo, head - 1) }] as const;
  let from: { readonly continuation?: string } = {};
  for (;;) {
    const page = await events.query({ partitionKey: streamId, where, orderBy, limit: 200, ...from });
    const found = page.documents.find(({ recordedAt }) => recordedAt < before);
    if (found !== undefined || page.continuation === undefined) return found?.version ?? 1;
    from = { continuation: page.continuation };
  }
}

interface SnapshotHead {
  readonly streamId: string;
  readonly version: number;
  readonly hash: string;
}

async function* snapshotsOf(snapshots: Container): AsyncGenerator<SnapshotHead> {
  let from: { readonly continuation?: string } = {};
  for (;;) {
    const page = await snapshots.query({ limit: 100, ...from });
    yield* page.documents as unknown as readonly SnapshotHead[];
    if (page.continuation === undefined) return;
    from = { continuation: page.continuation };
  }
}
