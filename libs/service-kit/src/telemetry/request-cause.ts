import type { Request } from 'express';
import { idPattern, requestIdOf } from '../http/request-id.ts';
import type { LogFields } from '../log-fields.ts';

export const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** What a request hands on to all that it leads to. */
export interface RequestCause {
  /** Of the request's own span. */
  readonly traceparent?: string;
  readonly correlationId?: string;
}

const causes = new WeakMap<Request, RequestCause>();

/** As far as it is decided yet. */
export const requestCause = (request: Request): RequestCause => causes.get(request) ?? {};

/** Decides it for the rest of the request: its events, its record in the audit log and its lines in the log name the same. */
export function rememberCause(request: Request, cause: RequestCause): void {
  causes.set(request, { ...causes.get(request), ...cause });
}

/** Of a log line on behalf of a request: what its events carry or, as far as that is not decided, what the client says. Never throws. */
export function fieldsOfRequest(request: Request): LogFields {
  const requestId = requestIdOf(request);
  const asked = request.get('X-Correlation-Id');
  const correlationId = asked !== undefined && idPattern.test(asked) ? asked : requestId;
  const traceparent = request.get('traceparent');
  return {
    ...(requestId === undefined ? {} : { requestId }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(traceparent === undefined || !traceparentPattern.test(traceparent) ? {} : { traceparent }),
    ...requestCause(request),
  };
}
