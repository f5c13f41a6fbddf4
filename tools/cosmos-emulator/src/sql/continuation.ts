import { createHash } from 'node:crypto';
import { limits } from '../protocol/limits.ts';
import type { Json } from '../protocol/message.ts';
import { badRequest } from '../protocol/refusal.ts';
import type { Value } from './compare.ts';

/** Where the next page begins: after the last returned row, whatever is written meanwhile. */
export interface Position {
  readonly keys: readonly Value[];
  readonly number: number;
  /** How many rows TOP or LIMIT still allow. */
  readonly left: number | undefined;
}

/** Ties a continuation to its query and its scope. */
export const fingerprint = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);

/** The token for the next page, at most 1 KB. */
export const encodePosition = (query: string, position: Position): string => {
  // A missing sort key is an empty array: JSON has no undefined.
  const keys = position.keys.map((key) => (key === undefined ? [] : [key]));
  const token = Buffer.from(JSON.stringify([query, keys, position.number, position.left ?? null])).toString(
    'base64url',
  );
  if (token.length > limits.continuationBytes) {
    throw badRequest(
      'The ORDER BY values are too long for a continuation token of 1 KB. Read with a larger maxItemCount or order by shorter values.',
    );
  }
  return token;
};

/** Reads a token; 400 if it is none or belongs to another query. */
export const decodePosition = (query: string, token: string): Position => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    parsed = undefined;
  }
  if (!Array.isArray(parsed) || parsed.length !== 4 || parsed[0] !== query || !Array.isArray(parsed[1])) {
    throw badRequest('The continuation token is not valid for this query.');
  }
  return {
    keys: parsed[1].map((key: Json) => (Array.isArray(key) ? (key[0] as Value) : undefined)),
    number: Number(parsed[2]),
    left: typeof parsed[3] === 'number' ? parsed[3] : undefined,
  };
};
