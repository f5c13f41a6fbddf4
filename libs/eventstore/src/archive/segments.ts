import { gunzipSync, gzipSync } from 'node:zlib';
import type { BlobStore } from '@daybook/ports';
import { lruCache } from '../cache.ts';
import { canonicalJson } from '../canonical-json.ts';
import { StreamCorrupt } from '../errors.ts';
import { sha256 } from '../hash.ts';
import { fieldIndex, textAt } from './field-index.ts';
import type { StoredEvent } from '../stored-event.ts';

/** A run of events of one stream in the archive. */
export interface Segment {
  readonly name: string;
  readonly fromVersion: number;
  readonly toVersion: number;
}

/** The archived events of the streams of one container. */
export interface SegmentStore {
  /** The segments of a stream, oldest first: each counts from where the one before it ends. */
  list(streamId: string): Promise<readonly Segment[]>;
  /** Writes a run of events, and reads it back. */
  write(streamId: string, events: readonly StoredEvent[]): Promise<Segment>;
  /** @throws StreamCorrupt where it does not hold what its name says */
  read(streamId: string, segment: Segment): Promise<readonly StoredEvent[]>;
  /** The archived events between two versions, both included, oldest first. */
  between(streamId: string, fromVersion: number, toVersion: number): Promise<readonly StoredEvent[]>;
  /**
   * The archived events of all streams with a value in an indexed field, by stream and version.
   *
   * @param isThere whether an event can be read, wherever it is: asked where a segment is missing, because its writer may have died
   *   before it. @throws StreamCorrupt where it cannot
   */
  withField(
    field: string,
    value: string,
    isThere: (streamId: string, version: number) => Promise<boolean>,
  ): Promise<readonly StoredEvent[]>;
}

/** What is asked for over all streams wherever there is an event store. */
export const indexedByDefault: readonly string[] = ['metadata.correlationId'];

const segmentsInMemoryMax = 16;

/**
 * Segments are gzipped JSON lines of the events as stored, `<container>/<hash of the stream id>/<from>-<to>-<hash of the lines>.jsonl.gz`:
 * the name vouches for the content. Stream ids may hold what no name can, so it is their hash that is in it.
 */
export function segmentStore(
  container: string,
  blobs: BlobStore,
  indexed: readonly string[] = indexedByDefault,
): SegmentStore {
  const index = fieldIndex(container, blobs, indexed);
  const inMemory = lruCache<readonly StoredEvent[]>(segmentsInMemoryMax);
  const folder = (streamId: string): string => `${container}/${sha256(streamId).slice(0, 32)}/`;

  const list: SegmentStore['list'] = async (streamId) => {
    const segments: Segment[] = [];
    for await (const name of blobs.list(folder(streamId))) {
      const match = /\/(\d{12})-(\d{12})-[0-9a-f]{64}\.jsonl\.gz$/.exec(name);
      if (match === null) continue;
      const [fromVersion, toVersion] = [Number(match[1]), Number(match[2])];
      // Two archivers at once may have cut differently: of what overlaps, the later adds only what the earlier has not.
      const reached = segments.at(-1)?.toVersion ?? fromVersion - 1;
      if (fromVersion > reached + 1 || toVersion <= reached) continue;
      segments.push({ name, fromVersion: reached + 1, toVersion });
    }
    return segments;
  };

  const load = async (
    streamId: string,
    { name, fromVersion }: Pick<Segment, 'name' | 'fromVersion'>,
  ): Promise<readonly StoredEvent[] | undefined> => {
    const known = inMemory.get(name);
    if (known !== undefined) return known;
    const content = await blobs.get(name);
    if (content === undefined) return undefined;
    const lines = unzipped(content);
    if (!name.endsWith(`-${sha256(lines)}.jsonl.gz`)) {
      throw new StreamCorrupt(streamId, fromVersion, `archive segment ${name} was changed`);
    }
    const events = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as StoredEvent);
    inMemory.set(name, events);
    return events;
  };

  const read: SegmentStore['read'] = async (streamId, segment) => {
    const events = await load(streamId, segment);
    if (events === undefined) throw missing(streamId, segment);
    return events.filter(({ version }) => version >= segment.fromVersion);
  };

  return {
    list,
    read,
    async write(streamId, events) {
      const fromVersion = events[0]?.version ?? 0;
      const toVersion = events.at(-1)?.version ?? 0;
      const lines = events.map((event) => `${canonicalJson(withoutSystemFields(event))}\n`).join('');
      const range = [fromVersion, toVersion].map((version) => String(version).padStart(12, '0')).join('-');
      const segment = { name: `${folder(streamId)}${range}-${sha256(lines)}.jsonl.gz`, fromVersion, toVersion };
      await index.add({ streamId, name: segment.name, fromVersion }, events);
      await blobs.putIfAbsent(segment.name, gzipSync(lines));
      await read(streamId, segment);
      return segment;
    },
    async between(streamId, fromVersion, toVersion) {
      const found: StoredEvent[] = [];
      for (const segment of await list(streamId)) {
        if (segment.toVersion < fromVersion || segment.fromVersion > toVersion) continue;
        const events = await read(streamId, segment);
        found.push(...events.filter(({ version }) => version >= fromVersion && version <= toVersion));
      }
      return found;
    },
    async withField(field, value, isThere) {
      const found = new Map<string, StoredEvent>();
      for await (const entry of index.find(field, value)) {
        const { streamId, fromVersion } = entry;
        const events = await load(streamId, entry);
        if (events === undefined && !(await isThere(streamId, fromVersion))) throw missing(streamId, entry);
        for (const event of events ?? []) {
          if (textAt(event, field) === value) found.set(`${event.id} ${streamId}`, event);
        }
      }
      return [...found.values()].sort(byStream);
    },
  };
}

function missing(streamId: string, { name, fromVersion }: Pick<Segment, 'name' | 'fromVersion'>): StreamCorrupt {
  return new StreamCorrupt(streamId, fromVersion, `archive segment ${name} is missing`);
}

function byStream(one: StoredEvent, other: StoredEvent): number {
  return one.streamId < other.streamId ? -1 : one.streamId > other.streamId ? 1 : one.version - other.version;
}

/** What was appended, without what the database added. */
export function withoutSystemFields(event: StoredEvent): StoredEvent {
  return Object.fromEntries(Object.entries(event).filter(([field]) => !field.startsWith('_'))) as StoredEvent;
}

function unzipped(content: Uint8Array): string {
  try {
    return gunzipSync(content).toString();
  } catch {
    return '';
  }
}
