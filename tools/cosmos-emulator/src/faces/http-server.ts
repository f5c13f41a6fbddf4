import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Handler } from '../handler.ts';
import { limits } from '../protocol/limits.ts';
import type { EmulatorResponse } from '../protocol/message.ts';
import { refusalResponse } from '../protocol/refusal.ts';
import { alsoSecure } from '../shared/also-secure.ts';
import type { Certificate } from '../shared/certificate.ts';

/** A listening server. */
export interface Listener {
  readonly url: string;
  /** The same port over TLS, where the server has a certificate. */
  readonly secureUrl: string | undefined;
  readonly port: number;
  /** Answers what has arrived, then closes. */
  close(): Promise<void>;
}

/** Where to listen. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** With it the same port speaks https too, over which alone the SDK sends Entra tokens. Clients must trust its `cert` (`ca`). */
  readonly certificate?: Certificate | undefined;
}

/** Longer than clients keep idle connections, so that it is they who close them. */
const keepAliveTimeoutMs = 120_000;

/** A connection that is kept open by its client may not keep the server from closing. */
const closeTimeoutMs = 1_000;

/** Reads a body; undefined when it is too large. */
const readBody = async (request: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= limits.httpBodyBytes) chunks.push(chunk);
  }
  return bytes > limits.httpBodyBytes ? undefined : Buffer.concat(chunks).toString('utf8');
};

const send = (target: ServerResponse, response: EmulatorResponse): void => {
  const empty = response.status === 204 || response.status === 304;
  const length = empty ? {} : { 'content-length': String(Buffer.byteLength(response.body)) };
  target.writeHead(response.status, { ...response.headers, ...length });
  target.end(empty ? undefined : response.body);
};

const answer = async (handler: Handler, request: IncomingMessage, target: ServerResponse): Promise<void> => {
  const scheme = request.socket instanceof TLSSocket ? 'https' : 'http';
  const [path = '/', search] = (request.url ?? '/').split(/\?(.*)/s);
  if (path === '/ready') return send(target, { status: 200, headers: {}, body: 'ready' });
  const body = await readBody(request);
  if (body === undefined) return send(target, refusalResponse(413, 'Request size is too large.'));
  const response = await handler(
    {
      method: request.method ?? 'GET',
      path,
      search: search === undefined ? '' : `?${search}`,
      headers: request.headers as Record<string, string | undefined>,
      body,
    },
    `${scheme}://${request.headers.host ?? 'localhost'}/`,
  );
  if (response === undefined) target.socket?.destroy();
  else send(target, response);
};

/** The HTTP face. Rejects with the system's error (EADDRINUSE …) when it cannot listen. */
export const listen = async (handler: Handler, { host, port, certificate }: ListenOptions): Promise<Listener> => {
  const server = createServer({ noDelay: true, keepAliveTimeout: keepAliveTimeoutMs }, (request, response) => {
    // A client that went away while sending has nobody to answer.
    answer(handler, request, response).catch(() => response.destroy());
  });
  const undecided = certificate === undefined ? undefined : alsoSecure(server, certificate);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${actual}`,
    secureUrl: certificate === undefined ? undefined : `https://${host}:${actual}`,
    port: actual,
    close: () =>
      new Promise<void>((closed) => {
        const force = setTimeout(() => server.closeAllConnections(), closeTimeoutMs);
        server.close(() => {
          clearTimeout(force);
          closed();
        });
        undecided?.destroy();
        server.closeIdleConnections();
      }),
  };
};
