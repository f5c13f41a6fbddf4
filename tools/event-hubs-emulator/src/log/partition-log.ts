import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EventParts, EventPlace } from '../encoding/splice.ts';
import { encodeEvent } from '../encoding/splice.ts';

/** Row id of an event = partition id * 2^40 + sequence number, so that a partition's events lie together, in order. */
const SEQUENCES_PER_PARTITION = 2 ** 40;

/** The end of a partition: the last event's place, and where the next one goes. */
export interface PartitionTail extends EventPlace {
  readonly nextOffset: number;
}

const emptyTail: PartitionTail = { sequenceNumber: -1, offset: -1, enqueuedMs: 0, nextOffset: 0 };

/** A stored event, encoded as consumers receive it. */
export interface StoredEvent {
  readonly sequenceNumber: number;
  readonly bytes: Buffer;
}

/** Statements over the events of all partitions. */
export interface EventStatements {
  readonly insert: StatementSync;
  readonly read: StatementSync;
  readonly place: StatementSync;
  readonly last: StatementSync;
}

export function prepareEventStatements(sql: DatabaseSync): EventStatements {
  return {
    insert: sql.prepare('INSERT INTO events VALUES (?, ?, ?, ?)'),
    read: sql.prepare('SELECT id, event FROM events WHERE id >= ? AND id < ? ORDER BY id LIMIT ?'),
    place: sql.prepare('SELECT event_offset, enqueued_ms FROM events WHERE id = ?'),
    last: sql.prepare(
      'SELECT id, event_offset, enqueued_ms, length(event) AS size FROM events WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1',
    ),
  };
}

/** One partition: an append-only sequence of events. */
export interface PartitionLog {
  readonly number: number;
  /** The committed end. */
  tail(): PartitionTail;
  /** Stores events within the open transaction; `tail` changes with `publish`. */
  write(events: readonly EventParts[], partitionKey: string | undefined): void;
  /** After the commit: shows what was written, and wakes those who wait. */
  publish(): void;
  /** After a rollback: forgets what was written. */
  discard(): void;
  /** Events from a sequence number on: at most `maxCount`, and after `maxBytes` no more. */
  read(fromSequence: number, maxCount: number, maxBytes: number): StoredEvent[];
  /** The first sequence number whose place satisfies a condition that, once true, stays true to the end. */
  firstWhere(condition: (place: EventPlace) => boolean): number;
  /** Calls back after each commit that added events. Returns how to stop that. */
  onAppended(callback: () => void): () => void;
}

export function createPartitionLog(
  id: number,
  number: number,
  statements: EventStatements,
  now: () => number,
): PartitionLog {
  const firstRow = id * SEQUENCES_PER_PARTITION;
  const endRow = firstRow + SEQUENCES_PER_PARTITION;
  const waiting = new Set<() => void>();
  let committed = readTail();
  let written = committed;

  function readTail(): PartitionTail {
    const row = statements.last.get(firstRow, endRow);
    if (row === undefined) return emptyTail;
    const offset = Number(row['event_offset']);
    return {
      sequenceNumber: Number(row['id']) - firstRow,
      offset,
      enqueuedMs: Number(row['enqueued_ms']),
      nextOffset: offset + Number(row['size']),
    };
  }

  function placeOf(sequenceNumber: number): EventPlace {
    const row = statements.place.get(firstRow + sequenceNumber);
    if (row === undefined)
      throw new Error(`Event ${sequenceNumber} of partition ${number} is missing from the data file`);
    return { sequenceNumber, offset: Number(row['event_offset']), enqueuedMs: Number(row['enqueued_ms']) };
  }

  return {
    number,
    tail: () => committed,
    write(events, partitionKey) {
      // The time of a partition never goes back, though the clock may.
      const enqueuedMs = Math.max(now(), written.enqueuedMs);
      for (const event of events) {
        const place = { sequenceNumber: written.sequenceNumber + 1, offset: written.nextOffset, enqueuedMs };
        const bytes = encodeEvent(event, partitionKey, place);
        statements.insert.run(firstRow + place.sequenceNumber, place.offset, enqueuedMs, bytes);
        written = { ...place, nextOffset: place.offset + bytes.length };
      }
    },
    publish() {
      if (written === committed) return;
      committed = written;
      for (const wake of [...waiting]) wake();
    },
    discard() {
      written = committed;
    },
    read(fromSequence, maxCount, maxBytes) {
      const events: StoredEvent[] = [];
      let byteCount = 0;
      for (const row of statements.read.iterate(firstRow + fromSequence, endRow, maxCount)) {
        const bytes = asBuffer(row['event'] as Uint8Array);
        events.push({ sequenceNumber: Number(row['id']) - firstRow, bytes });
        byteCount += bytes.length;
        if (byteCount >= maxBytes) break;
      }
      return events;
    },
    firstWhere(condition) {
      let low = 0;
      let high = committed.sequenceNumber + 1;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (condition(placeOf(middle))) high = middle;
        else low = middle + 1;
      }
      return low;
    },
    onAppended(callback) {
      waiting.add(callback);
      return () => waiting.delete(callback);
    },
  };
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
