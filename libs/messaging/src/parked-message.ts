import type { Document, ReceivedMessage } from '@daybook/ports';
import { errorTypeOf, failureFingerprint } from './fingerprint.ts';

/** What can be parked: a message of a hub, or an event of a feed. */
export type MessageToPark = Pick<ReceivedMessage, 'key' | 'partitionId' | 'sequenceNumber' | 'messageId' | 'body'>;

/** A message in the dead letters. */
export interface ParkedMessage {
  /** The consumer that parked it: a hub's, or `feed:<name>`. */
  readonly consumer: string;
  readonly key: string;
  /** Its place in the hub; of an event of a feed `feed` and its version. */
  readonly partitionId: string;
  readonly sequenceNumber: number;
  readonly messageId: string;
  /** The body as it came: a CloudEvent, unless that is what is wrong with it. Of an event of a feed without its data. */
  readonly message: unknown;
  readonly error: string;
  /** The error's code, or the name of its class; empty where it was never tried. */
  readonly errorType: string;
  readonly stack: string;
  /** 0: it was never tried, because it stands behind another or is not a CloudEvent. */
  readonly attempts: number;
  /** Equal for failures of one kind (`failureFingerprint`); empty for what only stands behind another. */
  readonly fingerprint: string;
  /** Trace id of what led to the message, 32 hex digits; empty where it says none. */
  readonly traceId: string;
  /** UTC, ISO 8601, milliseconds. */
  readonly parkedAt: string;
}

export interface EntryDocument extends Document, ParkedMessage {
  readonly partition: string;
  readonly kind: 'entry';
}

/** Id of the document whose presence says that the key is blocked. */
export const markerId = 'marker';

export function partitionKeyOf(consumer: string, key: string): string {
  return `${consumer}:${key}`;
}

/** Without what the database adds. */
export function parkedMessageOf(document: Document): ParkedMessage {
  const { consumer, key, partitionId, sequenceNumber, messageId, message, error, stack, attempts, parkedAt } =
    document as EntryDocument;
  const { errorType, fingerprint, traceId } = document as EntryDocument;
  const place = { consumer, key, partitionId, sequenceNumber, messageId, message };
  return { ...place, error, errorType, stack, attempts, fingerprint, traceId, parkedAt };
}

type Failed = Pick<ParkedMessage, 'error' | 'errorType' | 'stack' | 'fingerprint'>;

/** Why a message is there that nobody has tried. */
export const behindAnother: Failed = {
  error: 'behind a parked message of its key',
  errorType: '',
  stack: '',
  fingerprint: '',
};

const errorCharsMax = 4_000;

/** How a failure is kept. */
export function failed(
  consumer: string,
  { key, messageId, body }: Pick<MessageToPark, 'key' | 'messageId' | 'body'>,
  error: unknown,
): Failed {
  const text = (error instanceof Error ? error.message : String(error)).slice(0, errorCharsMax);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const errorType = errorTypeOf(error);
  const { type, subject, commandkey } = fieldsOf(body);
  const ownNames = [key, messageId, subject, commandkey].filter((name) => name !== '');
  const fingerprint = failureFingerprint({ consumer, type, errorType, error: text, ownNames });
  return { error: text, errorType, stack: stack.slice(0, errorCharsMax), fingerprint };
}

/** Trace id of a CloudEvent's `traceparent`, or empty. */
export function traceIdOf(body: unknown): string {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(fieldsOf(body).traceparent)?.[1] ?? '';
}

type TextField = 'type' | 'subject' | 'commandkey' | 'traceparent';

/** Texts of a body that need not be a CloudEvent; empty where they are missing. */
export function fieldsOf(body: unknown): Readonly<Record<TextField, string>> {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const text = (name: TextField): string => {
    const value = fields[name];
    return typeof value === 'string' ? value : '';
  };
  return {
    type: text('type'),
    subject: text('subject'),
    commandkey: text('commandkey'),
    traceparent: text('traceparent'),
  };
}
