import { createHmac } from 'node:crypto';
import { EMULATOR_KEY } from '../protocol/authorization.ts';

/** Who a token is for. */
export interface DevIdentity {
  /** The object id of the identity: the `principalId` of its role assignments. */
  readonly oid: string;
  /** The emulator's key; {@link EMULATOR_KEY} by default. Who has it may do everything anyway. */
  readonly key?: string | undefined;
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

/** Whom the emulator's tokens are from. */
export const devIssuer = 'https://cosmos-emulator.invalid/';

const hourMs = 3_600_000;
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The signature of a token. Its key is derived, so that it can never be the signature of a request. */
export const tokenSignature = (signed: string, key: string): Buffer => {
  const derived = createHmac('sha256', Buffer.from(key, 'base64')).update('cosmos-emulator dev token').digest();
  return createHmac('sha256', derived).update(signed).digest();
};

/** Signs a token with the claims that Cosmos DB looks at. `audience` is the account's endpoint. */
export const signDevToken = (identity: DevIdentity & { readonly audience: string }): string => {
  const { oid, audience, key = EMULATOR_KEY, lifetimeMs = hourMs, now = Date.now } = identity;
  const from = Math.floor(now() / 1000);
  const times = { iat: from, nbf: from, exp: Math.floor((now() + lifetimeMs) / 1000) };
  const claims = { iss: devIssuer, aud: audience, oid, sub: oid, ...times };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${tokenSignature(signed, key).toString('base64url')}`;
};

/**
 * For `CosmosClientOptions.aadCredentials`: an identity at this emulator, in the place of `DefaultAzureCredential`. The SDK
 * sends tokens over https only, or through `httpClient`.
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
