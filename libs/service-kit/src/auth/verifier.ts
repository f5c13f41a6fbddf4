import { callerRoles } from '@daybook/contracts';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { Caller } from './caller.ts';

/** Whose tokens are believed. */
export interface TokenSettings {
  /** As the tokens name it (`iss`): `https://login.microsoftonline.com/<tenant>/v2.0`. */
  readonly issuer: string;
  /** For whom they have to be made (`aud`): the application's id. */
  readonly audience: string;
  /** Where the issuer publishes its keys. */
  readonly jwksUri: string;
}

/** Says who a token is about. */
export interface TokenVerifier {
  /** @throws TokenRefused `invalid-token`; `issuer-unavailable` where the issuer's keys cannot be had just now */
  verify(token: string): Promise<Caller>;
}

const tokenRefusedName = 'TokenRefused';

/** A token that proves nothing, and why, in words that tell its bearer what to do and an attacker nothing. */
export class TokenRefused extends Error {
  readonly code: 'invalid-token' | 'issuer-unavailable';

  constructor(code: TokenRefused['code'], message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = tokenRefusedName;
    this.code = code;
  }
}

export const isTokenRefused = (error: unknown): error is TokenRefused =>
  error instanceof Error && error.name === tokenRefusedName;

/** Signatures with keys that only the issuer has; anything symmetric would let its verifiers issue. */
const algorithms = ['RS256', 'PS256', 'ES256'];
const clockToleranceS = 60;
const tokenCharsMax = 8_192;

/** @param keys for tests; by default those that the issuer publishes, kept for ten minutes and asked for at most every 30 s */
export function createTokenVerifier(
  { issuer, audience, jwksUri }: TokenSettings,
  keys: JWTVerifyGetKey = createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: 5_000 }),
): TokenVerifier {
  return {
    async verify(token) {
      if (token.length > tokenCharsMax) throw new TokenRefused('invalid-token', 'the token is too long');
      const { payload } = await jwtVerify(token, keys, {
        ...{ issuer, audience, algorithms },
        clockTolerance: clockToleranceS,
        requiredClaims: ['exp', 'sub'],
      }).catch((error: unknown) => {
        throw refusalOf(error);
      });
      return callerIn(payload);
    },
  };
}

/**
 * Roles are app roles of the application in Entra ID (`roles`). A token with scopes (`scp`) speaks for a person, whose roles these are: the program
 * that holds it is no service.
 */
function callerIn(payload: JWTPayload): Caller {
  const { oid, sub, roles: claimed, scp } = payload;
  const id = typeof oid === 'string' ? oid : sub;
  if (id === undefined || !/^[A-Za-z0-9._@-]{1,100}$/.test(id)) {
    throw new TokenRefused('invalid-token', 'the token names nobody: it needs an oid or a sub');
  }
  const held: readonly unknown[] = Array.isArray(claimed) ? claimed : [];
  const roles = callerRoles.filter((role) => held.includes(role));
  if (scp === undefined) return { id, roles };
  return {
    id,
    roles: roles.filter((role) => role !== 'service'),
    scopes: typeof scp === 'string' ? scp.split(' ').filter(Boolean) : [],
  };
}

function refusalOf(error: unknown): TokenRefused {
  if (error instanceof errors.JWTExpired) return new TokenRefused('invalid-token', 'the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new TokenRefused('invalid-token', `the token's ${error.claim} is not the one that is asked for here`);
  }
  const known = [errors.JWKSTimeout, errors.JWKSInvalid, errors.JWKSMultipleMatchingKeys];
  const unsigned = error instanceof errors.JOSEError && !known.some((each) => error instanceof each);
  // A JOSEError without a kind of its own is an answer of the issuer that is no set of keys.
  if (unsigned && error.code !== 'ERR_JOSE_GENERIC') {
    return new TokenRefused('invalid-token', 'the token is not signed by the issuer that is believed here');
  }
  return new TokenRefused('issuer-unavailable', 'the keys of the issuer cannot be had just now', { cause: error });
}
