import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { StoredEvent } from './stored-event.ts';

/** What the first event of a stream has as `previousHash`: 64 zeros. */
export const GENESIS_HASH = '0'.repeat(64);

/**
 * What is hashed of an event: everything stored but the hash itself and the fields the database adds, whose names begin with an
 * underscore. A field that somebody added later is therefore part of it, and found.
 */
export function hashedContent(event: Omit<StoredEvent, 'hash'>): string {
  const content: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(event)) {
    if (field !== 'hash' && !field.startsWith('_')) content[field] = value;
  }
  return canonicalJson(content);
}

/** SHA-256, in lower-case hex, over the canonical JSON of an event. */
export function eventHash(event: Omit<StoredEvent, 'hash'>): string {
  return sha256(hashedContent(event));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
