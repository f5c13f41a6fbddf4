import type { JWTPayload } from 'jose';
import { devIssuer, devSigningKey } from './dev-token.ts';

/** Whose tokens an emulator believes. */
export interface TokenIssuer {
  /** As its tokens name it (`iss`): `https://sts.windows.net/<tenant>/`. */
  readonly issuer: string;
  /** Where it publishes its keys. */
  readonly jwksUri: string;
}

/** What a token says that has been verified. */
export interface VerifiedToken {
  /** The object id of an identity: `principalId` of role assignments. */
  readonly principal: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
}

/** What a token is checked against. */
export interface TokenCheck {
  /** Whom it may be for; a slash at the end and the case do not matter. */
  readonly audiences: readonly string[];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** Says who a token is about. */
export interface TokenVerifier {
  /** @throws TokenInvalidError, and TokenUnverifiableError where the issuer's keys cannot be had */
  verify(token: string, check: TokenCheck): Promise<VerifiedToken>;
}

/** What can be wrong with a token. */
export type TokenFault =
  'format' | 'signature' | 'not yet valid' | 'expired' | 'issuer' | 'audience' | 'object id' | 'too long';

/** A token that proves nothing. */
export class TokenInvalidError extends Error {
  readonly code = 'token-invalid';
  readonly fault: TokenFault;

  constructor(fault: TokenFault, message: string) {
    super(message);
    this.name = 'TokenInvalidError';
    this.fault = fault;
  }
}

/** Whether a token is good cannot be said: its issuer does not answer. */
export class TokenUnverifiableError extends Error {
  readonly code = 'token-unverifiable';

  constructor(jwksUri: string, options: { readonly cause: unknown }) {
    super(`The keys of the issuer of tokens cannot be had from ${jwksUri}.`, options);
    this.name = 'TokenUnverifiableError';
  }
}

export const isTokenInvalid = (error: unknown): error is TokenInvalidError =>
  error instanceof Error && 'code' in error && error.code === 'token-invalid';

export const isTokenUnverifiable = (error: unknown): error is TokenUnverifiableError =>
  error instanceof Error && 'code' in error && error.code === 'token-unverifiable';

const tokenCharsMax = 16_384;
/** Verified tokens that are remembered: clients show the same one with every request. */
const rememberedMax = 1_000;
const keysTimeoutMs = 5_000;

interface Claims extends VerifiedToken {
  readonly audience: string;
  readonly notBeforeMs: number;
}

/**
 * Verifies tokens of the issuer, or, where none is named, those of `devTokenCredential` with the emulator's key. Keys that were read once
 * stay good while the issuer is away; an unknown one makes it ask again, at most every 30 s.
 */
export const createTokenVerifier = (trusted: TokenIssuer | { readonly devKey: string }): TokenVerifier => {
  const remembered = new Map<string, Claims>();
  let opened: Promise<(token: string, nowMs: number) => Promise<JWTPayload>> | undefined;

  const claimsOf = async (token: string, nowMs: number): Promise<Claims> => {
    if (token.length > tokenCharsMax) {
      throw new TokenInvalidError('too long', `it has more than ${tokenCharsMax} characters.`);
    }
    const read = await (opened ??= open(trusted));
    const { oid, aud, nbf = NaN, exp = NaN } = await read(token, nowMs);
    if (typeof aud !== 'string') throw new TokenInvalidError('audience', 'the claim aud must be one text.');
    if (typeof oid !== 'string' || oid === '') throw new TokenInvalidError('object id', 'the claim oid is missing.');
    return { principal: oid, audience: trimmed(aud), notBeforeMs: nbf * 1000, expiresMs: exp * 1000 };
  };

  return {
    async verify(token, { audiences, nowMs }) {
      const known = remembered.get(token);
      const isCurrent = known !== undefined && known.notBeforeMs <= nowMs && nowMs < known.expiresMs;
      const claims = isCurrent ? known : await claimsOf(token, nowMs);
      if (!audiences.map(trimmed).includes(claims.audience)) {
        const here = audiences.join(' or ');
        throw new TokenInvalidError('audience', `it is for ${JSON.stringify(claims.audience)}, and this is ${here}`);
      }
      if (remembered.size >= rememberedMax) remembered.clear();
      remembered.set(token, claims);
      return claims;
    },
  };
};

const trimmed = (url: string): string => url.replace(/\/+$/, '').toLowerCase();

const open = async (
  trusted: TokenIssuer | { readonly devKey: string },
): Promise<(token: string, nowMs: number) => Promise<JWTPayload>> => {
  // Loaded when it is needed only: most specs embed an emulator and show no token.
  const { createRemoteJWKSet, errors, jwtVerify } = await import('jose');
  const named = 'issuer' in trusted;
  const issuer = named ? trusted.issuer : devIssuer;
  const keys = named
    ? createRemoteJWKSet(new URL(trusted.jwksUri), { timeoutDuration: keysTimeoutMs, cacheMaxAge: Infinity })
    : devSigningKey(trusted.devKey);
  // Never both: who may verify with a published key could sign with it as a secret.
  const algorithms = named ? ['RS256', 'ES256'] : ['HS256'];

  const invalid = (error: unknown): Error => {
    const message = error instanceof Error ? `${error.message}.` : String(error);
    if (error instanceof errors.JWTExpired) return new TokenInvalidError('expired', message);
    if (error instanceof errors.JWTClaimValidationFailed) {
      return new TokenInvalidError(faultsOfClaims[error.claim] ?? 'format', message);
    }
    if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
      return new TokenInvalidError('format', message);
    }
    const unsigned = [errors.JWSSignatureVerificationFailed, errors.JOSEAlgNotAllowed, errors.JWKSNoMatchingKey];
    if (unsigned.some((each) => error instanceof each) || !named) return new TokenInvalidError('signature', message);
    return new TokenUnverifiableError(trusted.jwksUri, { cause: error });
  };
  return async (token, nowMs) => {
    const options = { issuer, algorithms, currentDate: new Date(nowMs), requiredClaims: ['nbf', 'exp'] };
    try {
      // The two kinds of keys have an overload each.
      const verified = await (typeof keys === 'function'
        ? jwtVerify(token, keys, options)
        : jwtVerify(token, keys, options));
      return verified.payload;
    } catch (error) {
      throw invalid(error);
    }
  };
};

const faultsOfClaims: Readonly<Record<string, TokenFault>> = {
  iss: 'issuer',
  nbf: 'not yet valid',
  exp: 'expired',
};
