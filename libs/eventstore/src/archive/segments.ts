import { gunzipSync, gzipSync } from 'node:zlib';
import type { BlobStore } from '@daybook/ports';
import { lruCache } from '../cache.ts';
import { canonicalJson } from '../canonical-json.ts';
import { StreamCorrupt } from '../errors.ts';
import { sha256 } from '../hash.ts';
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
}

const segmentsInMemoryMax = 16;

/**
 * Segments are gzipped JSON lines of the events as stored, `<container>/<hash of the stream id>/<from>-<to>-<hash of the lines>.jsonl.gz`:
 * the name vouches for the content. Stream ids may hold what no name can, so it is their hash that is in it.
 */
export function segmentStore(container: string, blobs: BlobStore): SegmentStore {
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

  const load = async (streamId: string, { name, fromVersion }: Segment): Promise<readonly StoredEvent[]> => {
    const known = inMemory.get(name);
    if (known !== undefined) return known;
    const content = await blobs.get(name);
    const lines = content === undefined ? '' : unzipped(content);
    if (!name.endsWith(`-${sha256(lines)}.jsonl.gz`)) {
      throw new StreamCorrupt(streamId, fromVersion, `archive segment ${name} is missing or was changed`);
    }
    const events = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as StoredEvent);
    inMemory.set(name, events);
    return events;
  };

  const read: SegmentStore['read'] = async (streamId, segment) =>
    (await load(streamId, segment)).filter(({ version }) => version >= segment.fromVersion);

  return {
    list,
    read,
    async write(streamId, events) {
      const fromVersion = events[0]?.version ?? 0;
      const toVersion = events.at(-1)?.version ?? 0;
      const lines = events.map((event) => `${canonicalJson(withoutSystemFields(event))}\n`).join('');
      const range = [fromVersion, toVersion].map((version) => String(version).padStart(12, '0')).join('-');
      const segment = { name: `${folder(streamId)}${range}-${sha256(lines)}.jsonl.gz`, fromVersion, toVersion };
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
  };
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
