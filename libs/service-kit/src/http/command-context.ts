import { createHash } from 'node:crypto';
import type { EventMetadata } from '@daybook/eventstore';
import type { Runtime } from '@daybook/ports';
import type { Request } from 'express';
import { Problem } from './problem.ts';

/** What a request says about itself, apart from its body. */
export interface CommandContext {
  readonly metadata: EventMetadata;
  /** The client's key, when it gave one. */
  readonly idempotencyKey?: string;
  /** From `If-Match`: the version the client decided on. */
  readonly expectedVersion?: number;
}

const keyPattern = /^[\x21-\x7e]{1,200}$/;
const idPattern = /^[A-Za-z0-9._:-]{1,100}$/;
const tracePattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/**
 * Reads the headers of a command. With an `Idempotency-Key` the command key is the client's, and `causationId` is a fingerprint of the
 * request, which is how a key that comes back with another body is noticed.
 *
 * @throws Problem 400 for a header that cannot be used, naming it
 */
export function commandContext(request: Request, runtime: Runtime): CommandContext {
  const key = header(request, 'Idempotency-Key', keyPattern, 'must be 1 to 200 printable ASCII characters');
  const requestId =
    header(request, 'X-Request-Id', idPattern, 'must be 1 to 100 letters, digits or ._:-') ?? runtime.newId();
  const correlationId =
    header(request, 'X-Correlation-Id', idPattern, 'must be 1 to 100 letters, digits or ._:-') ?? requestId;
  const expectedVersion = ifMatch(request);
  return {
    metadata: {
      // Without a key every request is a command of its own: proxies and clients use one request id for several requests.
      commandKey: `http:${key ?? runtime.newId()}`,
      correlationId,
      causationId: key === undefined ? `request:${requestId}` : fingerprint(request),
      actor: 'anonymous',
      traceparent: traceparent(request, runtime),
    },
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
  };
}

/** Same method, path and body give the same fingerprint. */
function fingerprint(request: Request): string {
  const text = `${request.method} ${request.originalUrl}\n${JSON.stringify(request.body ?? null)}`;
  return `request:${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
}

function header(request: Request, name: string, pattern: RegExp, rule: string): string | undefined {
  const value = request.get(name);
  if (value === undefined || value === '') return undefined;
  if (!pattern.test(value)) throw new Problem(400, 'invalid-header', `${name}: ${rule}.`);
  return value;
}

function ifMatch(request: Request): number | undefined {
  const value = request.get('If-Match');
  if (value === undefined || value === '*') return undefined;
  const match = /^(?:W\/)?"(\d{1,15})"$/.exec(value);
  if (match === null) {
    throw new Problem(400, 'invalid-header', 'If-Match: must be one ETag as this service gives it, for example "3".');
  }
  return Number(match[1]);
}

/** Goes on with the client's trace, as a span of our own; begins one where there is none. */
function traceparent(request: Request, runtime: Runtime): string {
  const given = tracePattern.exec(request.get('traceparent') ?? '');
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(runtime.random() * 16).toString(16)).join('');
  return `00-${given?.[1] ?? hex(32)}-${hex(16)}-01`;
}
