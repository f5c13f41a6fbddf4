import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SignJWT } from 'jose';
import type { IssuerKeys } from './issuer-keys.ts';

/** Where identities get their tokens: `IDENTITY_ENDPOINT`. */
export const identityPath = '/msi/token';

const tenant = 'da7b0000-0000-4000-8000-000000000000';
/** Whom tokens of identities are from. It looks like Entra ID, as Azurite demands of an issuer; the tenant does not exist. */
export const identityIssuer = `https://sts.windows.net/${tenant}/`;

const apiVersion = '2019-08-01';
const lifetimeS = 3_600;

/** Services that take tokens of identities, each for all of its kind; a Cosmos DB account also takes those for its own address. */
const resources: readonly string[] = [
  'https://eventhubs.azure.net',
  'https://storage.azure.com',
  'https://cosmos.azure.com',
];
const localAccount = /^https:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?$/;

export interface IdentityAnswer {
  readonly status: number;
  readonly body: object;
}

/** Answers who asks for a token. */
export type IdentityEndpoint = (request: IncomingMessage, nowMs: number) => Promise<IdentityAnswer>;

/**
 * The managed identity endpoint of Azure App Service, as `DefaultAzureCredential` asks it: `GET ?resource=…&api-version=2019-08-01`, with a
 * secret in `X-IDENTITY-HEADER`. The secret says who asks, so that nobody gets another's token by naming its client id.
 */
export function identityEndpoint(keys: IssuerKeys, secrets: ReadonlyMap<string, string>): IdentityEndpoint {
  // By its hash: how long a look-up takes tells nothing about a secret.
  const identities = new Map([...secrets].map(([secret, identity]) => [hashOf(secret), identity]));
  return async (request, nowMs) => {
    const { searchParams: query } = new URL(request.url ?? '', 'http://issuer.invalid');
    const secret = request.headers['x-identity-header'];
    const identity = typeof secret === 'string' ? identities.get(hashOf(secret)) : undefined;
    if (identity === undefined) return refused(401, 'X-IDENTITY-HEADER: it is the secret of no identity');
    if (query.get('api-version') !== apiVersion) return refused(400, `api-version: must be ${apiVersion}`);
    const clientId = query.get('client_id');
    if (clientId !== null && clientId !== identity) {
      return refused(400, `client_id: the secret is not that of ${JSON.stringify(clientId)}`);
    }
    const resource = query.get('resource') ?? '';
    const plain = resource.replace(/\/+$/, '');
    if (!resources.includes(plain) && !localAccount.test(plain)) {
      return refused(400, `resource: there is ${resources.join(', ')} and the address of a local Cosmos DB account`);
    }
    const issuedAt = Math.floor(nowMs / 1000);
    const expires = issuedAt + lifetimeS;
    const token = await new SignJWT({ oid: identity, appid: identity, tid: tenant, idtyp: 'app', ver: '1.0' })
      .setProtectedHeader({ alg: 'ES256', kid: keys.publicJwk.kid ?? '', typ: 'JWT' })
      .setIssuer(identityIssuer)
      .setAudience(resource)
      .setSubject(identity)
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(expires)
      .sign(keys.privateKey);
    const answer = { access_token: token, expires_on: String(expires), resource, token_type: 'Bearer' };
    return { status: 200, body: { ...answer, client_id: identity } };
  };
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** In the words of App Service, and with `error`, which the SDK looks for. */
const refused = (status: number, message: string): IdentityAnswer => ({
  status,
  body: { statusCode: status, error: 'invalid_request', message },
});
