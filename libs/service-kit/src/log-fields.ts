import type { StoredEvent } from '@daybook/eventstore';
import type { MessageConsumerOptions } from '@daybook/messaging';
import type { Log } from './log.ts';

/**
 * Fields of a log line that is written on behalf of something: what it is, and the trace and the correlation that it belongs to. Causes
 * are handed over as data here, so whoever logs has them at hand; of the data itself nothing is told. `createLog` writes a `traceparent` as
 * `traceId` and `spanId`.
 */
export interface LogFields {
  readonly traceparent?: string;
  readonly correlationId?: string;
  readonly [field: string]: unknown;
}

/** Of an event: as it is stored, which may be with less than it should have. */
export function fieldsOfEvent(event: StoredEvent | undefined): LogFields {
  if (event === undefined) return {};
  const { streamId, version, type, metadata } = event as Pick<StoredEvent, 'streamId' | 'version' | 'type'> & {
    readonly metadata?: Partial<StoredEvent['metadata']>;
  };
  return { streamId, version, type, ...causeOf(metadata?.traceparent, metadata?.correlationId) };
}

/** Of a message as a hub gave it, which need not be a CloudEvent. */
export function fieldsOfMessage(body: unknown): LogFields {
  if (typeof body !== 'object' || body === null) return {};
  const { id, type, subject, traceparent, correlationid } = body as Record<string, unknown>;
  return {
    ...textOf('messageId', id),
    ...textOf('type', type),
    ...textOf('subject', subject),
    ...causeOf(traceparent, correlationid),
  };
}

/** Lines for what a consumer could not do at the moment, and at `error` for what it gave up. */
export function logMessageErrors(log: Log, hub: string): NonNullable<MessageConsumerOptions['onError']> {
  return (error, message, parked = false) => {
    const fields = { err: error, hub, messageId: message?.messageId, ...fieldsOfMessage(message?.body) };
    if (parked) log.error(fields, 'message parked: see the dead letters');
    else log.warn(fields, 'message error');
  };
}

function causeOf(traceparent: unknown, correlationId: unknown): LogFields {
  return { ...textOf('traceparent', traceparent), ...textOf('correlationId', correlationId) };
}

/** An empty `traceparent` says that there is none. */
function textOf(field: string, value: unknown): LogFields {
  return typeof value === 'string' && value !== '' ? { [field]: value } : {};
}
