import type { z } from 'zod';
import type { Scope, ScopeArea } from './scopes.ts';

/** What a caller may be: a person who buys, a person who runs the shop, or another program. */
export const callerRoles = ['customer', 'operator', 'service'] as const;
export type CallerRole = (typeof callerRoles)[number];

/** Codes of problems and the status of each. Clients branch on the code. */
export type ProblemCodes = Readonly<Record<string, number>>;

/** One endpoint of a service, and who may use it. What is not listed nobody may use. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `:parameters`, as routes have it. */
  readonly path: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** Any of them is enough. A customer only ever meets what is their own. */
  readonly roles: readonly CallerRole[];
  /** What a token that speaks for a person has to hold besides. */
  readonly scope: Scope;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Schemas of what it answers, by status. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
  /** Its own problems; those that many have are in `problemsOf`. */
  readonly problems: ProblemCodes;
  /** The answer has the version of the thing as its `ETag`. */
  readonly etag?: boolean;
  /** A command on one thing: takes `Idempotency-Key` and `If-Match`. */
  readonly command?: 'If-Match possible' | 'If-Match required';
  /** What is read or done goes on record: takes `X-Actor`, and for reading `X-Audit-Reason`. */
  readonly recorded?: 'read' | 'action';
}

type Details = Omit<Endpoint, 'method' | 'path' | 'summary' | 'roles' | 'scope' | 'problems'> & {
  readonly problems?: ProblemCodes;
};

/**
 * How the endpoints of an area are written down. Their scope follows: reading, or writing; what operators do with a system as a whole, and puts
 * on record, is `Operations.Write` wherever it is done.
 */
export function endpointsOf(area: ScopeArea) {
  const withMethod =
    (method: Endpoint['method']) =>
    (path: string, summary: string, roles: readonly CallerRole[], details: Details): Endpoint => ({
      ...{ method, path, summary, roles, problems: {} },
      scope: details.recorded === 'action' ? 'Operations.Write' : `${area}.${method === 'GET' ? 'Read' : 'Write'}`,
      ...details,
    });
  return { get: withMethod('GET'), post: withMethod('POST'), remove: withMethod('DELETE') };
}

export const everybody = callerRoles;
export const staff = ['operator', 'service'] as const;
export const operators = ['operator'] as const;

const everywhere: ProblemCodes = {
  ...{
    'token-missing': 401,
    'invalid-token': 401,
    'role-missing': 403,
    'scope-missing': 403,
    'issuer-unavailable': 503,
  },
  ...{ 'bad-request': 400, 'too-many-requests': 429, 'internal-error': 500, unavailable: 503 },
  ...{ 'bad-http': 400, 'request-timeout': 408, 'headers-too-large': 431 },
};
const ofBodies: ProblemCodes = { 'bad-json': 400, 'body-too-large': 413, 'unsupported-media-type': 415 };
const ofRecords: ProblemCodes = { 'invalid-header': 400, 'audit-unavailable': 503, 'keys-unavailable': 503 };
const ofCommands: ProblemCodes = {
  ...{ 'invalid-header': 400, 'version-mismatch': 412, 'too-large': 413, 'idempotency-key-reused': 422 },
  ...{ 'too-busy': 503, 'outcome-unknown': 503, 'keys-unavailable': 503 },
};

/** Every problem that the endpoint may answer. */
export function problemsOf({ method, path, query, body, problems, recorded, command }: Endpoint): ProblemCodes {
  const takesInput = query !== undefined || body !== undefined || path.includes(':');
  return {
    ...everywhere,
    ...(takesInput ? { 'invalid-request': 400 } : {}),
    ...(method === 'GET' ? {} : ofBodies),
    ...(recorded === undefined ? {} : ofRecords),
    ...(recorded === 'action' ? { 'actor-required': 400 } : {}),
    ...(command === undefined ? {} : ofCommands),
    ...(command === 'If-Match required' ? { 'if-match-required': 428 } : {}),
    ...problems,
  };
}
