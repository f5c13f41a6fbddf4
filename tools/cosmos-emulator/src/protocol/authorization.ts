import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EmulatorRequest } from './message.ts';
import { Refusal } from './refusal.ts';

/** The public, well-known key of the Cosmos DB emulators. It protects nothing. */
export const EMULATOR_KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';

/** The resource type and id that a client signs for a path. Segments are decoded. */
export const signedResource = (segments: readonly string[]): { readonly type: string; readonly id: string } => {
  const last = segments.at(-1);
  if (last === undefined) return { type: '', id: '' };
  if (segments[0] === 'offers') return { type: 'offers', id: (segments[1] ?? '').toLowerCase() };
  if (last === 'partitionkeydelete') return { type: 'colls', id: segments.slice(0, 4).join('/') };
  return segments.length % 2 === 0
    ? { type: segments.at(-2) ?? '', id: segments.join('/') }
    : { type: last, id: segments.slice(0, -1).join('/') };
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** What a client shows to be let in. */
export interface Credential {
  readonly type: 'master' | 'aad';
  readonly signature: string;
}

/** Reads the authorization header; 401 when it is missing or of a type that is not supported. */
export const credentialOf = (request: EmulatorRequest): Credential => {
  const authorization = request.headers['authorization'];
  if (authorization === undefined) {
    throw new Refusal(401, "Required Header 'authorization' is missing. Ensure a valid Authorization token is passed.");
  }
  const found = /^type=(master|aad)&ver=1\.0&sig=(.+)$/.exec(decode(authorization));
  if (found === null) {
    throw new Refusal(
      401,
      'Only the master key (type=master) and Entra tokens (type=aad) are supported by this emulator, both with ver=1.0.',
    );
  }
  return { type: found[1] === 'aad' ? 'aad' : 'master', signature: found[2] ?? '' };
};

/** Refuses with 401 what is not signed with the key. The age of the date is not checked. */
export const checkSignature = (
  request: EmulatorRequest,
  segments: readonly string[],
  signature: string,
  key: string,
): void => {
  const date = request.headers['x-ms-date'] ?? request.headers['date'];
  if (date === undefined) throw new Refusal(401, "Required Header 'x-ms-date' is missing.");
  const { type, id } = signedResource(segments);
  const payload = `${request.method.toLowerCase()}\n${type.toLowerCase()}\n${id}\n${date.toLowerCase()}\n\n`;
  const expected = createHmac('sha256', Buffer.from(key, 'base64')).update(payload).digest();
  const given = Buffer.from(signature, 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Refusal(
      401,
      "The input authorization token can't serve the request. The wrong key is being used or the expected payload is " +
        `not built as per the protocol. Server used the following payload to sign: ${JSON.stringify(payload)}`,
    );
  }
};
