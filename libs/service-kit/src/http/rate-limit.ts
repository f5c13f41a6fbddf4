import type { Runtime } from '@daybook/ports';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { callerOf } from '../auth/caller.ts';
import { Problem } from './problem.ts';

/** Says who may ask now: a token bucket for each client, in the memory of this instance. */
export interface RateLimiter {
  /** Counts one request. 0: go on; otherwise milliseconds until the next one may come, and this one was not counted. */
  take(client: string): number;
  /** Clients that are remembered. */
  readonly clients: number;
}

export interface RateLimits {
  /** Requests of one client that may come each second for ever; at least 1. */
  readonly perSecond: number;
  /** Requests that may come at once after a rest. Default: twice as many. */
  readonly burst?: number;
  /** Clients remembered; who asked longest ago is forgotten first, and begins with a full bucket again. Default 10,000. */
  readonly clientsMax?: number;
}

interface Bucket {
  /** Thousandths of a request, so that they are whole numbers. */
  readonly tokens: number;
  readonly atMs: number;
}

const request = 1_000;

export function createRateLimiter(
  { perSecond, burst = perSecond * 2, clientsMax = 10_000 }: RateLimits,
  runtime: Pick<Runtime, 'now'>,
): RateLimiter {
  /** In the order of their last request. */
  const buckets = new Map<string, Bucket>();
  return {
    get clients() {
      return buckets.size;
    },
    take(client) {
      const atMs = runtime.now();
      const before = buckets.get(client) ?? { tokens: burst * request, atMs };
      // A clock that was set back gives nothing and takes nothing.
      const earned = Math.max(0, atMs - before.atMs) * perSecond;
      const tokens = Math.min(burst * request, before.tokens + earned);
      const goesOn = tokens >= request;
      buckets.delete(client);
      buckets.set(client, { tokens: goesOn ? tokens - request : tokens, atMs });
      const [oldest] = buckets.keys();
      if (buckets.size > clientsMax && oldest !== undefined) buckets.delete(oldest);
      return goesOn ? 0 : Math.ceil((request - tokens) / perSecond);
    },
  };
}

/** Limits each caller, where nobody has to prove who they are each address. Goes after `authenticate`. Answers 429 `too-many-requests`. */
export const limitCallers =
  (limiter: RateLimiter): RequestHandler =>
  (request, _response, next) => {
    const caller = callerOf(request);
    count(limiter, caller === undefined ? addressOf(request) : `caller ${caller.id}`);
    next();
  };

/**
 * Counts what `authenticate` refused against the address that it came from: after too much of it the answer is 429 instead of 401. Those who
 * have a token are not held back by others at the same address, for that may be the cluster's own.
 */
export const limitRefused =
  (limiter: RateLimiter): ErrorRequestHandler =>
  (error: unknown, request, _response, next) => {
    if (error instanceof Problem && error.status === 401) count(limiter, addressOf(request));
    next(error);
  };

function count(limiter: RateLimiter, client: string): void {
  const waitMs = limiter.take(client);
  if (waitMs === 0) return;
  throw new Problem(429, 'too-many-requests', 'Too many requests; wait as long as Retry-After says.', {
    headers: { 'Retry-After': String(Math.ceil(waitMs / 1_000)) },
  });
}

const addressOf = (request: Request): string => `address ${request.socket.remoteAddress ?? ''}`;
