import { callerRoles, type Endpoint } from '@daybook/contracts';
import { Router } from 'express';
import { authenticate } from '../auth/authenticate.ts';
import { TokenRefused, type TokenVerifier } from '../auth/verifier.ts';
import { silentLog } from '../log.ts';

/** Believes `<role>.<id>`, for specs: what a real token has to be is specified where tokens are verified. */
const verifier: TokenVerifier = {
  verify(token) {
    const [role, id] = token.split('.');
    const roles = callerRoles.filter((known) => known === role);
    return id === undefined
      ? Promise.reject(new TokenRefused('invalid-token', 'no token of this spec'))
      : Promise.resolve({ id, roles });
  },
};

/** The routes as callers meet them, who are whoever `Authorization: Bearer <role>.<id>` says. */
export const withCallers = (
  routes: Router,
  endpoints: readonly Pick<Endpoint, 'method' | 'path' | 'roles'>[],
): Router => Router().use(authenticate(verifier, endpoints, silentLog), routes);

/** The headers of such a caller. */
export const as = (role: string, id = 'somebody'): { readonly authorization: string } => ({
  authorization: `Bearer ${role}.${id}`,
});
