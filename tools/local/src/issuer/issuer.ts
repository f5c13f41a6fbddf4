import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { callerRoles, scopes as allScopes } from '@daybook/contracts';
import { SignJWT } from 'jose';
import type { IssuerKeys } from './issuer-keys.ts';
import { identityEndpoint, identityPath } from './managed-identity.ts';

/** For whom tokens are made here. */
export const devAudience = 'api://daybook';

/** What a token is asked for with: `POST /token`. */
export interface TokenRequest {
  readonly role: string;
  /** Who it is about; a customer's is their customer id. Default: the role's name. */
  readonly subject?: string;
  /** How long it is good for, in seconds: 1 to 86,400, default 3,600. */
  readonly seconds?: number;
  /** What the program that asks may do in the person's name. Default: everything. A service speaks for nobody, and has none. */
  readonly scopes?: readonly string[];
}

export interface Issuer {
  readonly url: string;
  close(): Promise<void>;
}

export interface IssuerOptions {
  readonly keys: IssuerKeys;
  /** 0 takes a free one. */
  readonly port: number;
  /** Secrets of identities, and whose they are; none by default. */
  readonly secrets?: ReadonlyMap<string, string>;
  /** Milliseconds since 1970; the system's clock by default. */
  readonly now?: () => number;
}

/**
 * An issuer of tokens for development, on loopback. Callers of the services get whatever they ask for (`POST /token`), which is why services
 * believe it only where they are told to. Identities get tokens for the stores by their secrets (`GET /msi/token`). `GET /keys` publishes
 * the keys of both; they differ in whom they say they are from and for.
 */
export async function startIssuer({ keys, port, secrets = new Map(), now = Date.now }: IssuerOptions): Promise<Issuer> {
  let url = '';
  const answerIdentity = identityEndpoint(keys, secrets);
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const handle = async (): Promise<void> => {
      if (request.method === 'GET' && request.url === '/keys') answer(200, { keys: [keys.publicJwk] });
      else if (request.method === 'GET' && request.url === '/.well-known/openid-configuration') {
        answer(200, { issuer: url, jwks_uri: `${url}/keys`, token_endpoint: `${url}/token` });
      } else if (request.method === 'POST' && request.url === '/token') {
        const asked = checked(await json(request));
        if (typeof asked === 'string') answer(400, { error: 'invalid_request', error_description: asked });
        else
          answer(200, {
            access_token: await sign(keys, url, asked, now()),
            token_type: 'Bearer',
            expires_in: asked.seconds,
          });
      } else if (request.method === 'GET' && request.url?.split('?')[0] === identityPath) {
        const { status, body } = await answerIdentity(request, now());
        answer(status, body);
      } else answer(404, { error: 'not_found' });
    };
    handle().catch((error: unknown) => answer(400, { error: 'invalid_request', error_description: String(error) }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function sign(keys: IssuerKeys, issuer: string, asked: Required<TokenRequest>, nowMs: number) {
  const { role, subject, seconds, scopes } = asked;
  const issuedAt = Math.floor(nowMs / 1000);
  // As Entra ID does: a token that speaks for a person has scopes, one of a program has none.
  return new SignJWT({ oid: subject, roles: [role], ...(role === 'service' ? {} : { scp: scopes.join(' ') }) })
    .setProtectedHeader({ alg: 'ES256', kid: keys.publicJwk.kid ?? '', typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(devAudience)
    .setSubject(subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + seconds)
    .sign(keys.privateKey);
}

/** The request with its defaults, or what is wrong with it. */
function checked(body: unknown): Required<TokenRequest> | string {
  const { role, subject, seconds = 3_600, scopes } = (body ?? {}) as Partial<TokenRequest>;
  if (!callerRoles.some((known) => known === role)) return `role: must be one of ${callerRoles.join(', ')}`;
  const about = subject ?? String(role);
  if (!/^[A-Za-z0-9._@-]{1,100}$/.test(about)) return 'subject: must be 1 to 100 letters, digits or ._@-';
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 86_400) return 'seconds: must be 1 to 86400';
  if (scopes === undefined) return { role: String(role), subject: about, seconds, scopes: allScopes };
  if (role === 'service') return 'scopes: a service acts for itself, and has none';
  if (!Array.isArray(scopes) || !scopes.every((scope) => allScopes.some((known) => known === scope)))
    return `scopes: must be some of ${allScopes.join(', ')}`;
  return { role: String(role), subject: about, seconds, scopes };
}
