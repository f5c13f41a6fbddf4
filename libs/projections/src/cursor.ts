import { ProjectionError } from './projection.ts';

/** Cursors travel in URLs. */
const maxCursorLength = 4_000;
const version = 'b';

/** `b` + checksum of the question (8 hex digits) + the value that the page ended with, all in base64url: opaque to clients, useless for another question. */
export function encodeCursor(projection: string, question: object, value: string | number): string {
  const cursor = Buffer.from(`${version}${checksum(question)}${JSON.stringify(value)}`, 'utf8').toString('base64url');
  if (cursor.length <= maxCursorLength) return cursor;
  throw new ProjectionError(
    'cursor-too-long',
    projection,
    `a cursor of ${cursor.length} characters; order by a shorter field`,
  );
}

/** The value in it; `undefined` for anything that was not given out for this question. */
export function decodeCursor(question: object, cursor: string): string | number | undefined {
  if (cursor.length === 0 || cursor.length > maxCursorLength || !/^[A-Za-z0-9_-]+$/.test(cursor)) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const head = `${version}${checksum(question)}`;
  if (!text.startsWith(head)) return undefined;
  try {
    const value: unknown = JSON.parse(text.slice(head.length));
    return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** FNV-1a, 32 bits: tells questions apart; it protects nothing. */
function checksum(question: object): string {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(question)) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}
