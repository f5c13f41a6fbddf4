import type { CallerRole, Endpoint } from '@daybook/contracts';
import type { Request, RequestHandler } from 'express';
import type { Log } from '../log.ts';
import { Problem } from '../http/problem.ts';
import { fieldsOfRequest } from '../telemetry/request-cause.ts';
import { actingRole, rememberCaller } from './caller.ts';
import { isTokenRefused, type TokenVerifier } from './verifier.ts';

/** Who may use an endpoint. */
export type AccessRule = Pick<Endpoint, 'method' | 'path' | 'roles' | 'scope'>;

/**
 * Lets through who proves who they are (`Authorization: Bearer`) and may use the endpoint. What is not in the list nobody may use: an
 * endpoint that somebody forgot is closed, not open. Answers 401 `token-missing` or `invalid-token`, 403 `role-missing` or
 * `scope-missing`, 503
 * `issuer-unavailable`.
 */
export function authenticate(verifier: TokenVerifier, endpoints: readonly AccessRule[], log: Log): RequestHandler {
  const rules = endpoints.map((endpoint) => ({ ...endpoint, pattern: patternOf(endpoint.path) }));
  return async (request, _response, next) => {
    const caller = await verifier.verify(bearerToken(request)).catch((error: unknown) => {
      if (!isTokenRefused(error)) throw error;
      if (error.code === 'invalid-token') throw unauthorized('invalid-token', error.message);
      log.error({ err: error, ...fieldsOfRequest(request) }, 'no token can be verified');
      throw new Problem(503, 'issuer-unavailable', `${error.message}: try again.`, { headers: { 'Retry-After': '5' } });
    });
    const rule = rules.find(({ method, pattern }) => method === request.method && pattern.test(request.path));
    const allowed: readonly CallerRole[] = rule?.roles ?? [];
    if (!caller.roles.some((role) => allowed.includes(role))) {
      if (rule === undefined && actingRole(caller) !== undefined) {
        throw new Problem(404, 'no-such-route', `There is nothing at ${request.method} ${request.path}.`);
      }
      throw new Problem(403, 'role-missing', `This needs the role ${allowed.join(' or ') || 'of nobody'}.`);
    }
    if (rule !== undefined && caller.scopes?.includes(rule.scope) === false) {
      const detail = `The token lacks the scope ${rule.scope}: the program that holds it has to ask the person for it.`;
      throw new Problem(403, 'scope-missing', detail, {
        headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${rule.scope}"` },
      });
    }
    // Someone with several roles acts here in one that is allowed here.
    rememberCaller(request, { ...caller, roles: caller.roles.filter((role) => allowed.includes(role)) });
    next();
  };
}

function bearerToken(request: Request): string {
  const value = request.get('authorization');
  if (value === undefined) throw unauthorized('token-missing', 'Authorization: a bearer token is needed.');
  const token = /^Bearer ([A-Za-z0-9._-]+)$/i.exec(value)?.[1];
  if (token === undefined) throw unauthorized('invalid-token', 'Authorization: must be Bearer and a token.');
  return token;
}

/** RFC 6750. */
function unauthorized(code: 'token-missing' | 'invalid-token', detail: string): Problem {
  const challenge = code === 'token-missing' ? 'Bearer' : 'Bearer error="invalid_token"';
  return new Problem(401, code, detail, { headers: { 'WWW-Authenticate': challenge } });
}

function patternOf(path: string): RegExp {
  const segments = path
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  // As routes are matched: with another rule than theirs, somebody could come to one route by the roles of another.
  return new RegExp(`^${segments.join('/')}/?$`, 'i');
}
