import type { CallerRole } from '@daybook/contracts';
import type { Request } from 'express';
import { Problem } from '../http/problem.ts';

/** Who a request comes from, as a token proves it. */
export interface Caller {
  /** Object id in Entra ID; a customer's is their customer id. */
  readonly id: string;
  readonly roles: readonly CallerRole[];
  /** What the person lets the program do that asks in their name; absent where a program asks for itself. */
  readonly scopes?: readonly string[];
}

const callers = new WeakMap<Request, Caller>();

export const rememberCaller = (request: Request, caller: Caller): void => void callers.set(request, caller);

/** `undefined` where nobody has to prove who they are. */
export const callerOf = (request: Request): Caller | undefined => callers.get(request);

/** The role in which a caller acts: the one that may most. */
export const actingRole = ({ roles: held }: Caller): CallerRole | undefined =>
  (['operator', 'service', 'customer'] as const).find((role) => held.includes(role));

/** True for everybody but customers, who meet only what is their own. */
export function actsForAnybody(request: Request): boolean {
  const caller = callerOf(request);
  return caller === undefined || actingRole(caller) !== 'customer';
}

/** True where this caller may see what belongs to a customer. */
export const mayActFor = (request: Request, customerId: string): boolean =>
  actsForAnybody(request) || callerOf(request)?.id === customerId;

/** @throws Problem 403 `not-yours` where a customer names somebody else */
export function requireOwn(request: Request, customerId: string): void {
  if (mayActFor(request, customerId)) return;
  throw new Problem(403, 'not-yours', 'customerId: must be your own.');
}
