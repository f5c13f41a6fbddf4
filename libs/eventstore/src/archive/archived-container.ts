import {
  type BlobStore,
  type Condition,
  type Container,
  ContainerError,
  isBlobStoreError,
  type Page,
  type Query,
  type Runtime,
  type Stored,
} from '@daybook/ports';
import type { StoredEvent } from '../stored-event.ts';
import { type FieldSources, fieldQuery, queryFields } from './field-query.ts';
import { type KnownHeads, knownHeads } from './known-heads.ts';
import { type SegmentStore, segmentStore } from './segments.ts';

interface VersionQuery {
  readonly streamId: string;
  readonly direction: 'asc' | 'desc';
  /** Exclusive. */
  readonly above: number;
  /** Exclusive. */
  readonly below: number;
  readonly limit: number;
}

/**
 * The events container as the store is given it: what was archived and deleted is read from the archive, and nobody notices. Point reads,
 * queries of one stream in the order of versions, and queries over all streams for a value in a field that the archive has indexed fall
 * through; other queries (by command key) and the change feed see what is in the container. Blob storage that is away is told as a
 * container that is. Writes go to the container as they are, but for the second event of a stream: the first always stays, so
 * that it is there does not say that nothing follows.
 *
 * @param runtime with its clock, the end of a stream that was seen within a day is not asked for again
 */
export function archivedContainer(
  container: Container<StoredEvent>,
  blobs: BlobStore,
  runtime?: Pick<Runtime, 'now'>,
): Container<StoredEvent> {
  const segments = segmentStore(container.name, blobs);
  const heads = knownHeads(runtime);

  /** The version of a stream's last event. It is never archived: beyond it the archive need not be asked. */
  const headOf = async (streamId: string): Promise<{ readonly version: number; readonly requestCharge: number }> => {
    const orderBy = [{ field: 'version', direction: 'desc' }] as const;
    const { documents, requestCharge } = await container.query({ partitionKey: streamId, orderBy, limit: 1 });
    const version = documents[0]?.version ?? 0;
    heads.saw(streamId, version);
    return { version, requestCharge };
  };

  const read: Container<StoredEvent>['read'] = async (streamId, id) => {
    const found = await container.read(streamId, id);
    const version = /^[1-9]\d{0,14}$/.test(id) ? Number(id) : undefined;
    if (found.document !== undefined || version === undefined || heads.endsBefore(streamId, version)) return found;
    const head = await headOf(streamId);
    const requestCharge = found.requestCharge + head.requestCharge;
    if (head.version < version) return { requestCharge };
    const [event] = await segments.between(streamId, version, version);
    return event === undefined ? { requestCharge } : { document: asStored(event), requestCharge };
  };

  const archived: FieldSources['archived'] = async (field, value) => {
    const isThere = async (streamId: string, version: number): Promise<boolean> =>
      (await read(streamId, String(version))).document !== undefined;
    return (await segments.withField(field, value, isThere)).map(asStored);
  };

  return {
    ...container,
    async batch(streamId, operations) {
      const [guard, second] = operations;
      const creates = second?.kind === 'create' && second.document.id === '2';
      const reads = second?.kind === 'read' && second.id === '2';
      const follows = guard?.kind === 'read' && guard.id === '1' && (creates || reads);
      if (follows && !heads.endsBefore(streamId, 2)) {
        const { version, requestCharge } = await headOf(streamId);
        // Not left to the database: what is there now may be archived and gone before the batch is.
        if (version > 1 && creates) return { applied: false, failedIndex: 1, status: 409, requestCharge };
        // As for any other version that was archived: it is not there to build on.
        const gone = version > 1 && (await container.read(streamId, '2')).document === undefined;
        if (gone) return { applied: false, failedIndex: 0, status: 404, requestCharge };
      }
      const outcome = await container.batch(streamId, operations);
      const last = operations.at(-1);
      if (outcome.applied && last?.kind === 'create') heads.saw(streamId, Number(last.document.id));
      return outcome;
    },
    read: (streamId, id) => reachable(container.name, () => read(streamId, id)),
    async query(query) {
      const versions = versionQuery(query);
      if (versions !== undefined) {
        return reachable(container.name, () => queryVersions(container, segments, heads, versions));
      }
      const fields = fieldQuery(query);
      if (fields === undefined) return container.query(query);
      return reachable(container.name, () => queryFields({ container, archived }, fields));
    },
  };
}

/** The store tries again what was only away for a moment. */
async function reachable<T>(container: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isBlobStoreError(error) || error.code !== 'unavailable') throw error;
    throw new ContainerError('unavailable', container, `its archive: ${error.message}`, { cause: error });
  }
}

const continuationPrefix = 'version:';

/** A query that asks for a range of versions in their order, and nothing else. */
function versionQuery({ partitionKey, where = [], orderBy, limit, continuation }: Query): VersionQuery | undefined {
  const order = orderBy?.[0];
  if (partitionKey === undefined || orderBy?.length !== 1 || order?.field !== 'version') return undefined;
  if (!where.every(isBound) || (continuation !== undefined && !continuation.startsWith(continuationPrefix)))
    return undefined;
  const values = (op: '<' | '>'): number[] => where.filter((each) => each.op === op).map(({ value }) => Number(value));
  const reached = continuation === undefined ? undefined : Number(continuation.slice(continuationPrefix.length));
  const { direction } = order;
  const above = Math.max(0, ...values('>'), direction === 'asc' ? (reached ?? 0) : 0);
  const below = Math.min(Infinity, ...values('<'), direction === 'desc' ? (reached ?? Infinity) : Infinity);
  return { streamId: partitionKey, direction, above, below, limit };
}

function isBound({ field, op, value }: Condition): boolean {
  return field === 'version' && (op === '<' || op === '>') && typeof value === 'number';
}

async function queryVersions(
  container: Container<StoredEvent>,
  segments: SegmentStore,
  heads: KnownHeads,
  { streamId, direction, above, below, limit }: VersionQuery,
): Promise<Page<StoredEvent>> {
  const { documents, more, requestCharge } = await stillThere(container, { streamId, direction, above, below, limit });
  if (below === Infinity && (direction === 'desc' || !more)) {
    heads.saw(streamId, documents.at(direction === 'desc' ? 0 : -1)?.version ?? above);
  }
  const found: Stored<StoredEvent>[] = [];
  /** What is archived between two versions, neither included, in the order that was asked for. */
  const fill = async (one: number, other: number): Promise<void> => {
    const [from, to] = direction === 'asc' ? [one + 1, other - 1] : [other + 1, one - 1];
    const missing = limit - found.length;
    if (to < from || missing <= 0) return;
    const events =
      direction === 'asc'
        ? await segments.between(streamId, from, Math.min(to, from + missing - 1))
        : (await segments.between(streamId, from, to)).slice(-missing).reverse();
    found.push(...events.map(asStored));
  };

  // The last event of a stream is never archived: above the newest document there is nothing more, unless a bound hides it.
  let reached = direction === 'asc' ? above : Number.isFinite(below) ? below : (documents[0]?.version ?? above) + 1;
  for (const document of documents) {
    await fill(reached, document.version);
    found.push(document);
    reached = document.version;
  }
  const end = direction === 'asc' ? below : above;
  if (!more && Number.isFinite(end)) await fill(reached, end);

  const events = found.slice(0, limit);
  const last = events.at(-1);
  return last === undefined || (!more && found.length < limit)
    ? { documents: events, requestCharge }
    : { documents: events, requestCharge, continuation: `${continuationPrefix}${last.version}` };
}

/** What the container still holds of a range of versions. */
async function stillThere(
  container: Container<StoredEvent>,
  { streamId, direction, above, below, limit }: VersionQuery,
): Promise<{ documents: readonly Stored<StoredEvent>[]; more: boolean; requestCharge: number }> {
  const where: Condition[] = [];
  if (above > 0) where.push({ field: 'version', op: '>', value: above });
  if (below < Infinity) where.push({ field: 'version', op: '<', value: below });
  const query: Query = { partitionKey: streamId, where, orderBy: [{ field: 'version', direction }], limit };
  let requestCharge = 0;
  let continuation: string | undefined;
  for (;;) {
    const page = await container.query(continuation === undefined ? query : { ...query, continuation });
    requestCharge += page.requestCharge;
    continuation = page.continuation;
    if (page.documents.length > 0 || continuation === undefined) {
      return { documents: page.documents, more: continuation !== undefined, requestCharge };
    }
  }
}

function asStored(event: StoredEvent): Stored<StoredEvent> {
  return { ...event, _etag: 'archived', _ts: Math.floor(Date.parse(event.recordedAt) / 1_000) };
}
