import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A listening admin port. */
export interface AdminListener {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** What a route answers: `value` as JSON, or 204. */
export interface JsonAnswer {
  readonly status: number;
  readonly value?: unknown;
}

/** Answers a request; `body` reads its JSON. */
export type JsonRoute = (body: () => Promise<unknown>) => JsonAnswer | Promise<JsonAnswer>;

/** What an admin port serves. */
export interface JsonRoutes {
  /** By method and path: `GET /faults`. */
  readonly routes: Readonly<Record<string, JsonRoute>>;
  /** Tells errors that are the caller's (400) from defects (500). */
  readonly isRefusal: (error: unknown) => boolean;
}

const bodyBytesMax = 1024 * 1024;
const loopback = '127.0.0.1';

/** The body of a request cannot be read as JSON. */
class BodyUnreadableError extends Error {
  readonly code = 'body-unreadable';
}

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new BodyUnreadableError(`A body may have ${bodyBytesMax} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new BodyUnreadableError('The body is not valid JSON.');
  }
};

const answer = async ({ routes }: JsonRoutes, request: IncomingMessage): Promise<JsonAnswer> => {
  // A page in a browser must not get here under another name of this address.
  const { hostname } = new URL(`http://${request.headers.host ?? ''}`);
  if (hostname !== loopback && hostname !== 'localhost') return { status: 403, value: { message: 'Use loopback.' } };
  // Both "/faults" and "/admin/faults" are good.
  const name = `${request.method} ${(request.url ?? '').replace(/^\/admin(?=\/)/, '')}`;
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (route !== undefined) return route(() => readBody(request));
  return { status: 404, value: { message: `There is ${Object.keys(routes).join(', ')}.` } };
};

/** Serves JSON, on loopback only. Port 0 takes a free one. Rejects with the system's error when it cannot listen. */
export const listenJson = async (served: JsonRoutes, port: number): Promise<AdminListener> => {
  const refused = (error: unknown): JsonAnswer => {
    const message = error instanceof Error ? error.message : String(error);
    const isCallers = error instanceof BodyUnreadableError || served.isRefusal(error);
    return { status: isCallers ? 400 : 500, value: { message } };
  };
  const server = createServer((request, response) => {
    void answer(served, request)
      .catch(refused)
      .then(({ status, value }) => {
        response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
        response.end(value === undefined ? undefined : JSON.stringify(value));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: loopback, port }, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${loopback}:${actual}`,
    port: actual,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
};
