import { timingSafeEqual } from 'node:crypto';
import { isObject } from '../protocol/message.ts';
import { Refusal } from '../protocol/refusal.ts';
import { devIssuer, tokenSignature } from './dev-token.ts';

/** Substatus of a 401 for each thing that can be wrong with a token. */
const substatuses = {
  format: 5003,
  signature: 5004,
  'not yet valid': 5005,
  expired: 5006,
  issuer: 5007,
  audience: 5008,
  'object id': 5011,
} as const;

const invalid = (what: keyof typeof substatuses, message: string): Refusal =>
  new Refusal(401, `The Microsoft Entra token is not valid (${what}): ${message}`, substatuses[what]);

/** Cosmos DB takes tokens for every account as well as for one. */
const everyAccount = 'https://cosmos.azure.com';

const parsePart = (part: string | undefined): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw invalid('format', 'it is not a JSON web token.');
};

const trimmed = (url: string): string => url.replace(/\/+$/, '').toLowerCase();

/** What a token is checked against. */
export interface TokenCheck {
  readonly key: string;
  /** The endpoint that the request was sent to. */
  readonly origin: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** Returns the object id of a token that is signed by {@link tokenSignature}, current, and for this account; else throws 401. */
export const verifyToken = (token: string, { key, origin, nowMs }: TokenCheck): string => {
  const [header, payload, signature, ...more] = token.split('.');
  if (payload === undefined || signature === undefined || more.length > 0) {
    throw invalid('format', 'it has not three parts.');
  }
  if (parsePart(header)['alg'] !== 'HS256') throw invalid('signature', 'only HS256 of devTokenCredential is accepted.');
  const expected = tokenSignature(`${header}.${payload}`, key);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw invalid('signature', 'it was not signed with the key of this emulator.');
  }
  const { iss, aud, nbf, exp, oid } = parsePart(payload);
  if (iss !== devIssuer) throw invalid('issuer', `it must be ${devIssuer}.`);
  if (typeof aud !== 'string' || ![trimmed(origin), everyAccount].includes(trimmed(aud))) {
    throw invalid('audience', `it is for ${JSON.stringify(aud)}, and this account is ${origin}`);
  }
  if (typeof nbf !== 'number' || nbf * 1000 > nowMs) throw invalid('not yet valid', `nbf is ${JSON.stringify(nbf)}.`);
  if (typeof exp !== 'number' || exp * 1000 <= nowMs) throw invalid('expired', `exp is ${JSON.stringify(exp)}.`);
  if (typeof oid !== 'string' || oid === '') throw invalid('object id', 'the claim oid is missing.');
  return oid;
};
