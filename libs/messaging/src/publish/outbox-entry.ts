import type { StoredEvent } from '@daybook/eventstore';
import { type Document, isoNow, type Runtime } from '@daybook/ports';

/**
 * - `PENDING`: to be sent.
 * - `PUBLISHED`: the hubs have stored it.
 * - `FAILED`: no hub takes it. It, and everything later of its stream, waits until somebody sets it back to `PENDING`.
 */
export type OutboxStatus = 'PENDING' | 'PUBLISHED' | 'FAILED';

/** One event's way to the hubs. It names the event and holds none of its data. */
export interface OutboxEntry extends Document {
  /** The version, padded: entries of a stream sort as its events do. */
  readonly id: string;
  /** Partition key. */
  readonly streamId: string;
  readonly version: number;
  readonly eventId: string;
  readonly type: string;
  readonly status: OutboxStatus;
  /** Why it failed, the last time. */
  readonly error?: string;
  /** UTC, ISO 8601. */
  readonly createdAt: string;
  /** Of the last change of `status`. */
  readonly changedAt: string;
}

export function pendingEntry({ streamId, version, eventId, type }: StoredEvent, runtime: Runtime): OutboxEntry {
  const at = isoNow(runtime);
  const id = String(version).padStart(12, '0');
  return { id, streamId, version, eventId, type, status: 'PENDING', createdAt: at, changedAt: at };
}
