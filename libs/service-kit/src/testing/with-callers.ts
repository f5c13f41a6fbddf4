import { callerRoles, type Scope } from '@daybook/contracts';
import { Router } from 'express';
import { type AccessRule, authenticate } from '../auth/authenticate.ts';
import { TokenRefused, type TokenVerifier } from '../auth/verifier.ts';
import { silentLog } from '../log.ts';

/** Believes `<role>.<id>`, and `<role>.<id>.<scope>…` for a person with these scopes (`_` for the dot in them), for specs: what a real token has to be is specified where tokens are verified. */
const verifier: TokenVerifier = {
  verify(token) {
    const [role, id, ...scopes] = token.split('.');
    const roles = callerRoles.filter((known) => known === role);
    return id === undefined
      ? Promise.reject(new TokenRefused('invalid-token', 'no token of this spec'))
      : Promise.resolve({ id, roles, ...(scopes.length === 0 ? {} : { scopes: scopes.map(dotted) }) });
  },
};

const dotted = (scope: string): string => scope.replace('_', '.');

/** The routes as callers meet them, who are whoever `Authorization: Bearer <role>.<id>` says. */
export const withCallers = (routes: Router, endpoints: readonly AccessRule[]): Router =>
  Router().use(authenticate(verifier, endpoints, silentLog), routes);

/** The headers of such a caller; with scopes, of a program that speaks for them. */
export const as = (
  role: string,
  id = 'somebody',
  scopes: readonly Scope[] = [],
): { readonly authorization: string } => ({
  authorization: `Bearer ${[role, id, ...scopes.map((scope) => scope.replace('.', '_'))].join('.')}`,
});
