import type { Document } from '@daybook/ports';

/** What travels with an event beside its data. */
export interface EventMetadata {
  /** The command that made it: idempotency key of the request, message or saga step. The same key again appends nothing. */
  readonly commandKey: string;
  /** The client request that everything in this history goes back to. */
  readonly correlationId: string;
  /** What caused it directly: the id of the request, message or event. */
  readonly causationId: string;
  /** Who asked: `customer:<id>`, `operator:<id>`, `service:<name>`. */
  readonly actor: string;
  /** W3C trace context of the command. */
  readonly traceparent: string;
}

/** An event as decided: its type, the version of its schema, its data. */
export interface DomainEvent {
  readonly type: string;
  readonly data: { readonly [field: string]: unknown };
}

/**
 * The document stored for one event, and the final form of the envelope: one event, one document, never changed.
 *
 * `id` is the version in decimal, so that the database itself refuses a second event of that version in the stream; `dedup` is the
 * only unique key of the container.
 */
export interface StoredEvent<E extends DomainEvent = DomainEvent> extends Document {
  readonly id: string;
  /** Partition key: `<aggregate>-<id>`. */
  readonly streamId: string;
  /** 1 for the first event of a stream, then one more each time. A stream without events is at version 0. */
  readonly version: number;
  /** UUID version 7. */
  readonly eventId: string;
  readonly type: E['type'];
  readonly schemaVersion: number;
  /** UTC, ISO 8601, milliseconds. Never before the predecessor's. */
  readonly recordedAt: string;
  readonly data: E['data'];
  readonly metadata: EventMetadata;
  /** `<commandKey>#<ordinal of the event within its command, from 0>`. */
  readonly dedup: string;
  /** Hash of the event before it; 64 zeros for the first. */
  readonly previousHash: string;
  /** SHA-256, in hex, over the canonical JSON (RFC 8785) of all fields above and `id`. */
  readonly hash: string;
}
