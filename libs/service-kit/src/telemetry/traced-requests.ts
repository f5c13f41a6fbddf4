import { metrics } from '@opentelemetry/api';
import type { Request, RequestHandler } from 'express';
import { startSpan } from './tracing.ts';

const traced = new WeakMap<Request, string>();

/** The span of the request itself, where one is recorded. */
export const requestTraceparent = (request: Request): string | undefined => traced.get(request);

/** A span and a measurement for each request, named by its route: paths have ids in them, and there are too many. */
export function tracedRequests(now: () => number = () => performance.now()): RequestHandler {
  const duration = metrics.getMeter('@daybook/service-kit').createHistogram('http.server.request.duration', {
    description: 'Duration of HTTP requests',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10] },
  });
  return (request, response, next) => {
    const startedMs = now();
    const { method } = request;
    const span = startSpan(method, {
      kind: 'server',
      ...parentOf(request),
      attributes: { 'http.request.method': method, 'url.path': request.path },
    });
    if (span.recording && span.traceparent !== undefined) traced.set(request, span.traceparent);
    response.once('close', () => {
      const route = routeOf(request);
      const status = response.writableFinished ? response.statusCode : 499;
      const attributes = {
        'http.request.method': method,
        'http.response.status_code': status,
        ...(route === undefined ? {} : { 'http.route': route }),
      };
      duration.record((now() - startedMs) / 1_000, attributes);
      span.end({
        name: route === undefined ? method : `${method} ${route}`,
        attributes,
        ...(status >= 500 ? { error: `${status}` } : {}),
      });
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
