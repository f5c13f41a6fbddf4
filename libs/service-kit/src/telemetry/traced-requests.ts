import { metrics } from '@opentelemetry/api';
import type { Request, RequestHandler } from 'express';
import { instruments } from './instruments.ts';
import { rememberCause } from './request-cause.ts';
import { startSpan } from './tracing.ts';

/** How a request went. */
export interface RequestOutcome {
  readonly method: string;
  /** As it was declared, `/v1/orders/:orderId`; absent where no route matched. */
  readonly route?: string;
  /** 499: whoever asked did not wait for the answer. */
  readonly status: number;
  readonly durationMs: number;
}

/**
 * A span and a measurement for each request, named by its route: paths have ids in them, and there are too many.
 *
 * @param onEnd told of each once it has been answered
 */
export function tracedRequests(
  onEnd: (request: Request, outcome: RequestOutcome) => void,
  now: () => number = () => performance.now(),
): RequestHandler {
  const duration = instruments(metrics.getMeter('@daybook/service-kit')).histogram('http.server.request.duration');
  return (request, response, next) => {
    const startedMs = now();
    const { method } = request;
    const span = startSpan(method, {
      kind: 'server',
      ...parentOf(request),
      attributes: { 'http.request.method': method, 'url.path': request.path },
    });
    if (span.recording && span.traceparent !== undefined) rememberCause(request, { traceparent: span.traceparent });
    response.once('close', () => {
      const route = routeOf(request);
      const status = response.writableFinished ? response.statusCode : 499;
      const attributes = {
        'http.request.method': method,
        'http.response.status_code': status,
        ...(route === undefined ? {} : { 'http.route': route }),
      };
      const durationMs = now() - startedMs;
      duration.record(durationMs / 1_000, attributes);
      span.end({
        name: route === undefined ? method : `${method} ${route}`,
        attributes,
        ...(status >= 500 ? { error: `${status}` } : {}),
      });
      onEnd(request, { method, ...(route === undefined ? {} : { route }), status, durationMs });
    });
    next();
  };
}

function parentOf(request: Request): { readonly parent?: string } {
  const parent = request.get('traceparent');
  return parent === undefined ? {} : { parent };
}

/** As it was declared: `/v1/orders/:orderId`. Known only once a route has matched. */
function routeOf(request: Request): string | undefined {
  const path: unknown = request.route?.path;
  return typeof path === 'string' ? path : undefined;
}
