import { createHash } from 'node:crypto';
import { httpCommandKey, orderPersonalData } from '@daybook/contracts';
import { type EventMetadata, personalFieldNames, withoutPersonalData } from '@daybook/eventstore';
import type { Runtime } from '@daybook/ports';
import type { Request } from 'express';
import { callerOf } from '../auth/caller.ts';
import { rememberCause } from '../telemetry/request-cause.ts';
import { correlationIdOf, header, provenActorOf, requestIdAsked, traceparentOf } from './headers.ts';
import { Problem } from './problem.ts';
import { requestIdOf } from './request-id.ts';

/** What a request says about itself, apart from its body. */
export interface CommandContext {
  readonly metadata: EventMetadata;
  /** The client's key, when it gave one. */
  readonly idempotencyKey?: string;
  /** From `If-Match`: the version the client decided on. */
  readonly expectedVersion?: number;
}

const keyPattern = /^[\x21-\x7e]{1,200}$/;
const personalNames = personalFieldNames(orderPersonalData);

/**
 * Reads the headers of a command. With an `Idempotency-Key` the command key is made of the caller and their key, and `causationId` is a fingerprint of the
 * request, which is how a key that comes back with another body is noticed.
 *
 * @throws Problem 400 for a header that cannot be used, naming it
 */
export function commandContext(request: Request, runtime: Runtime): CommandContext {
  const key = header(request, 'Idempotency-Key', keyPattern, 'must be 1 to 200 printable ASCII characters');
  const requestId = requestIdAsked(request) ?? requestIdOf(request) ?? runtime.newId();
  const correlationId = correlationIdOf(request) ?? requestId;
  rememberCause(request, { correlationId });
  const expectedVersion = ifMatch(request);
  return {
    metadata: {
      // Without a key every request is a command of its own: proxies and clients use one request id for several requests.
      commandKey: key === undefined ? `http:${runtime.newId()}` : httpCommandKey(callerOf(request)?.id, key),
      correlationId,
      causationId: key === undefined ? `request:${requestId}` : fingerprint(request),
      actor: provenActorOf(request) ?? 'anonymous',
      traceparent: traceparentOf(request, runtime),
    },
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
  };
}

/**
 * Same method, path and body give the same fingerprint. Personal data are left out: a hash of them would stay with the events when they
 * are erased, and could be tried out against guesses.
 */
function fingerprint(request: Request): string {
  const body = withoutPersonalData(request.body ?? null, personalNames);
  const text = `${request.method} ${request.originalUrl}\n${JSON.stringify(body)}`;
  return `request:${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
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
