import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';

/** What an `X-Request-Id` or `X-Correlation-Id` of a client may be; any other is not taken over. */
export const idPattern = /^[A-Za-z0-9._:-]{1,100}$/;

const ids = new WeakMap<Request, string>();

/** Gives each request an id, its client's own where that gave one, and says it on every answer: what people quote when they ask for help. */
export const requestIds =
  (newId: () => string = randomUUID): RequestHandler =>
  (request, response, next) => {
    const given = request.get('X-Request-Id');
    const id = given !== undefined && idPattern.test(given) ? given : newId();
    ids.set(request, id);
    response.set('X-Request-Id', id);
    next();
  };

/** `undefined` for a request that did not come through `requestIds`. */
export const requestIdOf = (request: Request): string | undefined => ids.get(request);
