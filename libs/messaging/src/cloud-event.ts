import { createHash } from 'node:crypto';
import { type CloudEvent, cloudEvent } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';

/** The stored event as everybody else sees it. `service` becomes the source `daybook/<service>`. */
export function cloudEventOf(stored: StoredEvent, service: string): CloudEvent {
  const { metadata } = stored;
  return {
    specversion: '1.0',
    id: stored.eventId,
    source: `daybook/${service}`,
    type: stored.type,
    subject: stored.streamId,
    time: stored.recordedAt,
    datacontenttype: 'application/json',
    data: { ...stored.data },
    traceparent: metadata.traceparent,
    correlationid: metadata.correlationId,
    causationid: metadata.causationId,
    commandkey: metadata.commandKey,
    streamversion: stored.version,
    schemaversion: stored.schemaVersion,
    actor: metadata.actor,
  };
}

export interface CommandMessageFields {
  readonly messageId: string;
  readonly intentKey: string;
  readonly service: string;
  readonly type: string;
  /** Stream the command is for. */
  readonly target: string;
  readonly data: { readonly [field: string]: unknown };
  /** UTC, ISO 8601. */
  readonly time: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly actor: string;
  readonly traceparent: string;
}

export function commandMessage(fields: CommandMessageFields): CloudEvent {
  return {
    specversion: '1.0',
    id: fields.messageId,
    source: `daybook/${fields.service}`,
    type: fields.type,
    subject: fields.target,
    time: fields.time,
    datacontenttype: 'application/json',
    data: { ...fields.data },
    traceparent: fields.traceparent,
    correlationid: fields.correlationId,
    causationid: fields.causationId,
    commandkey: fields.intentKey,
    actor: fields.actor,
  };
}

/** `undefined` for anything that is not one of our CloudEvents. */
export function parseCloudEvent(body: unknown): CloudEvent | undefined {
  const parsed = cloudEvent.safeParse(body);
  return parsed.success ? parsed.data : undefined;
}

const hubMessageIdMax = 128;

/** Id for the hub: the CloudEvent's own, or its beginning and SHA-256 where that is longer than a hub's message id may be. */
export function hubMessageId(id: string): string {
  if (id.length <= hubMessageIdMax) return id;
  return `${id.slice(0, 63)}~${createHash('sha256').update(id).digest('hex')}`;
}
