import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type RequestHandler, type Router } from 'express';
import type { Health } from '../health.ts';
import type { Log } from '../log.ts';
import { tracedRequests } from '../telemetry/traced-requests.ts';
import { fieldsOfRequest } from '../telemetry/request-cause.ts';
import { Problem, problemHandler } from './problem.ts';
import { requestIds } from './request-id.ts';
import { refuseUnreadable } from './unreadable-requests.ts';

export interface HttpOptions {
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Before anything of a request but its head is read: who is refused here costs no more than that. */
  readonly guards?: readonly (RequestHandler | ErrorRequestHandler)[];
  readonly routes: Router;
  readonly health: Health;
  readonly log: Log;
  /** How long a request may take to arrive, in milliseconds: its headers, and all of it. Default 10,000 and 30,000. */
  readonly arrival?: { readonly headersMs: number; readonly requestMs: number };
}

export interface HttpService {
  readonly port: number;
  /** Takes no new request, lets those under way end, at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** The largest body: an order of 1,000 lines with descriptions has less than half of it. */
const bodyMax = '1mb';

const jsonTypes = ['application/json', 'application/*+json'];

const limits = {
  maxHeaderSize: 16_384,
  keepAliveTimeout: 65_000,
  /** How often it is looked at who takes too long. */
  connectionsCheckingInterval: 1_000,
};
const arrivalMax = { headersMs: 10_000, requestMs: 30_000 };

/** Says so at once where a body is anything else: `curl -d` without a header sends a form. */
const onlyJson: RequestHandler = (request, _response, next) => {
  // `false`: there is a body of another type, if only one of no length; `null`: there is none.
  if (request.is(jsonTypes) === false && request.get('content-length') !== '0') {
    throw new Problem(415, 'unsupported-media-type', 'Content-Type: must be application/json.');
  }
  next();
};

/** On every answer: it is what it says it is, no cache keeps it, and a browser that shows it runs and loads nothing. */
const securityHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  });
  next();
};

/** Clients keep connections open and would go on using them: from one that is leaving they are sent elsewhere. */
const lettingGo =
  (health: Pick<Health, 'leaving'>): RequestHandler =>
  (_request, response, next) => {
    if (health.leaving) response.set('Connection', 'close');
    next();
  };

/** Starts the HTTP side of a service. @throws Error naming the port when it is in use */
export async function startHttp(options: HttpOptions): Promise<HttpService> {
  const { port, host = '127.0.0.1', guards = [], routes, health, log, arrival = arrivalMax } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.use(securityHeaders, requestIds(), lettingGo(health));
  app.get('/health/live', (_request, response) => {
    response.json({ status: 'live' });
  });
  app.get('/health/ready', (_request, response) => {
    const report = health.report();
    response.status(report.ready ? 200 : 503).json(report);
  });
  // What everybody asked is in the traces and metrics; as lines they would be most of the log, so they are written only where one looks closely.
  app.use(tracedRequests((request, outcome) => log.debug({ ...outcome, ...fieldsOfRequest(request) }, 'request')));
  for (const guard of guards) app.use(guard);
  app.use(onlyJson, express.json({ limit: bodyMax, type: jsonTypes }));
  app.use(routes);
  app.use((request) => {
    throw new Problem(404, 'no-such-route', `There is nothing at ${request.method} ${request.path}.`);
  });
  app.use(problemHandler(log));

  const { headersMs: headersTimeout, requestMs: requestTimeout } = arrival;
  const server = createServer({ ...limits, headersTimeout, requestTimeout }, app);
  server.maxHeadersCount = 100;
  refuseUnreadable(server);
  // A client keeps its connection open after an answer: once the server is closing, nobody waits for that.
  server.on('request', (_request, response) => {
    response.once('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
  });
  await listen(server, port, host);
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs) => close(server, graceMs),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`port ${port} is in use; set PORT to another one`) : error);
    });
    server.listen(port, host, resolve);
  });
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
