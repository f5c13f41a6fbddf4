import type { BlobStore } from '@daybook/ports';
import { sha256 } from '../hash.ts';
import { inParallel } from '../integrity/in-parallel.ts';
import type { StoredEvent } from '../stored-event.ts';

/** Says which segments have events with a value in a field: the archive's answer to what the database's index was. */
export interface FieldIndex {
  /** Writes the entries of a segment. Before the segment itself: so a segment that is there is in the index as a whole. */
  add(entry: IndexedSegment, events: readonly StoredEvent[]): Promise<void>;
  /** The segments with such events. One of them may be missing: its writer died between the two. */
  find(field: string, value: string): AsyncIterable<IndexedSegment>;
}

export interface IndexedSegment {
  readonly streamId: string;
  /** Of the segment's blob. */
  readonly name: string;
  readonly fromVersion: number;
}

const atOnce = 16;

/**
 * One small blob for each value and segment, `<container>/fields/<hash of field and value>/<segment>`, which is found by listing: an
 * archive only ever grows, so there is nothing to update. It holds the stream and the first version of the segment.
 */
export function fieldIndex(container: string, blobs: BlobStore, fields: readonly string[]): FieldIndex {
  const folder = (field: string, value: string): string =>
    `${container}/fields/${sha256(`${field}=${value}`).slice(0, 32)}/`;

  return {
    async add(entry, events) {
      const content = Buffer.from(JSON.stringify(entry));
      const names = new Set<string>();
      for (const field of fields) {
        for (const event of events) {
          const value = textAt(event, field);
          if (value !== undefined) names.add(folder(field, value) + entry.name.slice(container.length + 1));
        }
      }
      await inParallel([...names], atOnce, async (name) => void (await blobs.putIfAbsent(name, content)));
    },
    async *find(field, value) {
      for await (const name of blobs.list(folder(field, value))) {
        const content = await blobs.get(name);
        if (content !== undefined) yield JSON.parse(Buffer.from(content).toString()) as IndexedSegment;
      }
    },
  };
}

/** The text at a path with dots; anything else is not indexed. */
export function textAt(event: StoredEvent, path: string): string | undefined {
  let value: unknown = event;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return typeof value === 'string' ? value : undefined;
}
