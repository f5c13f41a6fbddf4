import type { Document } from '@daybook/ports';

/** A message in the dead letters. */
export interface ParkedMessage {
  /** The consumer that parked it. */
  readonly consumer: string;
  readonly key: string;
  /** Its place in the hub. */
  readonly partitionId: string;
  readonly sequenceNumber: number;
  readonly messageId: string;
  /** The body as it came: a CloudEvent, unless that is what is wrong with it. */
  readonly message: unknown;
  readonly error: string;
  readonly stack: string;
  /** 0: it was never tried, because it stands behind another or is not a CloudEvent. */
  readonly attempts: number;
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
  return { consumer, key, partitionId, sequenceNumber, messageId, message, error, stack, attempts, parkedAt };
}
