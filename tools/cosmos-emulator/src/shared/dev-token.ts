import { createHmac } from 'node:crypto';
import { EMULATOR_KEY } from '../protocol/authorization.ts';

/** Who a token is for. */
export interface DevIdentity {
  /** The object id of the identity: the `principalId` of its role assignments. */
  readonly oid: string;
  /** The emulator's key; {@link EMULATOR_KEY} by default. Who has it may do everything anyway. */
  readonly key?: string | undefined;
  /** Whom the tokens say that they are from: any but the default is refused. */
  readonly issuer?: string | undefined;
  /** How long a token is good; an hour by default. */
  readonly lifetimeMs?: number | undefined;
  /** Milliseconds since 1970, the emulator's clock; the system's by default. */
  readonly now?: (() => number) | undefined;
}

/** A `TokenCredential` of `@azure/identity`. */
export interface DevTokenCredential {
  getToken(
    scopes: string | readonly string[],
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number }>;
}

/** Whom the tokens are from that an emulator believes where no issuer is named. */
export const devIssuer = 'https://emulator.invalid/';

const hourMs = 3_600_000;
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What tokens are signed with. Derived, so that a token's signature can never be the signature of a request. */
export const devSigningKey = (key: string): Uint8Array =>
  createHmac('sha256', Buffer.from(key)).update('emulator dev token').digest();

/** Signs a token with the claims that the services look at. `audience` is the account's endpoint, or the service. */
export const signDevToken = (identity: DevIdentity & { readonly audience: string }): string => {
  const { oid, audience, key = EMULATOR_KEY, issuer = devIssuer, lifetimeMs = hourMs, now = Date.now } = identity;
  const from = Math.floor(now() / 1000);
  const times = { iat: from, nbf: from, exp: Math.floor((now() + lifetimeMs) / 1000) };
  const claims = { iss: issuer, aud: audience, oid, sub: oid, ...times };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', devSigningKey(key)).update(signed).digest('base64url')}`;
};

/**
 * For `aadCredentials` of a `CosmosClient` and in the place of every `TokenCredential`: an identity at an emulator for which no issuer is
 * named. The SDKs send tokens over TLS only, or through `httpClient`.
 */
export const devTokenCredential = (identity: DevIdentity): DevTokenCredential => ({
  getToken: (scopes) => {
    const scope = typeof scopes === 'string' ? scopes : (scopes[0] ?? '');
    const audience = scope.replace(/\/\.default$/, '');
    const { lifetimeMs = hourMs, now = Date.now } = identity;
    return Promise.resolve({
      token: signDevToken({ ...identity, audience }),
      expiresOnTimestamp: now() + lifetimeMs,
    });
  },
});
