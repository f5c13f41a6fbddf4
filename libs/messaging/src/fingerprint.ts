import { createHash } from 'node:crypto';

/** What is known of a failure. */
export interface Failure {
  readonly consumer: string;
  /** Type of the message, or empty. */
  readonly type: string;
  /** The error's code, or the name of its class. */
  readonly errorType: string;
  readonly error: string;
  /** What names this one message and is in no way typical: its key, its ids. */
  readonly ownNames: readonly string[];
}

/**
 * Equal for failures of one kind: the same consumer, type of message, type of error, and shape of its text, which is its first line without what
 * names this one message, without quoted values, and without every word that has a digit in it.
 *
 * @returns 12 hex digits
 */
export function failureFingerprint({ consumer, type, errorType, error, ownNames }: Failure): string {
  const parts = [consumer, type, errorType, shapeOf(error, ownNames)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}

const shapeCharsMax = 200;

function shapeOf(error: string, ownNames: readonly string[]): string {
  const [firstLine = ''] = error.split('\n', 1);
  const names = ownNames.filter((name) => name.length > 1).sort((a, b) => b.length - a.length);
  return names
    .reduce((text, name) => text.replaceAll(name, '#'), firstLine)
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '#')
    .replace(/\S*[\d#]\S*/g, '#')
    .slice(0, shapeCharsMax);
}

/** The error's code where it has one, or the name of its class. */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
