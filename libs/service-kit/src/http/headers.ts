import type { Runtime } from '@daybook/ports';
import type { Request } from 'express';
import { actingRole, callerOf } from '../auth/caller.ts';
import { rememberCause, requestCause, traceparentPattern } from '../telemetry/request-cause.ts';
import { Problem } from './problem.ts';
import { idPattern } from './request-id.ts';

const actorPattern = /^(?:customer|operator|service):[A-Za-z0-9._@-]{1,100}$/;

/** A header's value; `undefined` when it is not there. @throws Problem 400 `invalid-header`, naming it and the rule */
export function header(request: Request, name: string, pattern: RegExp, rule: string): string | undefined {
  const value = request.get(name);
  if (value === undefined || value === '') return undefined;
  if (!pattern.test(value)) throw new Problem(400, 'invalid-header', `${name}: ${rule}.`);
  return value;
}

const claimedActor = (request: Request): string | undefined =>
  header(request, 'X-Actor', actorPattern, 'must be customer:<id>, operator:<id> or service:<name>');

/**
 * Who asks, `operator:<id>`: as their token proves it. Another program may say by `X-Actor` for which customer or
 * program it acts; where nobody has to prove anything, everybody may claim anything. @throws Problem 400, 403
 */
export function actorOf(request: Request): string | undefined {
  return provenActorOf(request) ?? claimedActor(request);
}

/** The same, but nobody where nothing was proven. */
export function provenActorOf(request: Request): string | undefined {
  const caller = callerOf(request);
  if (caller === undefined) return undefined;
  const role = actingRole(caller);
  const claimed = role === 'service' ? claimedActor(request) : undefined;
  // What an operator does, an operator proves: no program can be one.
  if (claimed?.startsWith('operator:') === true) {
    throw new Problem(403, 'not-yours', 'X-Actor: an operator asks with a token of their own.');
  }
  return claimed ?? `${role}:${caller.id}`;
}

/** The request's own span: in the client's trace, or where there is none in one that begins here. The same for the whole request. */
export function traceparentOf(request: Request, runtime: Runtime): string {
  const { traceparent } = requestCause(request);
  if (traceparent !== undefined) return traceparent;
  const given = traceparentPattern.exec(request.get('traceparent') ?? '');
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(runtime.random() * 16).toString(16)).join('');
  const made = `00-${given?.[1] ?? hex(32)}-${hex(16)}-01`;
  rememberCause(request, { traceparent: made });
  return made;
}

const idRule = 'must be 1 to 100 letters, digits or ._:-';

/** What the client calls this request, `X-Request-Id`. @throws Problem 400 */
export const requestIdAsked = (request: Request): string | undefined =>
  header(request, 'X-Request-Id', idPattern, idRule);

/** What the client calls all that this request is part of, `X-Correlation-Id`. @throws Problem 400 */
export const correlationIdOf = (request: Request): string | undefined =>
  header(request, 'X-Correlation-Id', idPattern, idRule);
