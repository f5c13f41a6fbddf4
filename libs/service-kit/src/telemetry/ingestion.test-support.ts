import { randomUUID } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { TelemetryOptions } from './telemetry.ts';

/** What Azure Monitor is sent, as far as it is looked at. */
export interface Envelope {
  readonly name: string;
  readonly iKey: string;
  readonly time: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: {
    readonly baseType: string;
    readonly baseData: {
      readonly name?: string;
      readonly properties: Readonly<Record<string, string>>;
      readonly [field: string]: unknown;
    };
  };
}

/** The ingestion endpoint of Azure Monitor on loopback: it speaks `POST /v2.1/track`, with its envelopes, compressed, and its answers. */
export interface Ingestion {
  readonly connectionString: string;
  /** Takes requests to Azure Monitor's address to the one here, and leaves all else of them as it is. */
  readonly httpClient: NonNullable<TelemetryOptions['azureHttpClient']>;
  readonly envelopes: readonly Envelope[];
  /** Methods, paths and what the heads said, in the order in which they came. */
  readonly requests: readonly { readonly line: string; readonly authorization: string; readonly encoding: string }[];
  /** How it answers from now on: a status, or not at all. */
  answer: number | 'never';
  close(): Promise<void>;
}

const host = 'westeurope-5.in.applicationinsights.azure.com';

export async function openIngestion(): Promise<Ingestion> {
  const envelopes: Envelope[] = [];
  const requests: { line: string; authorization: string; encoding: string }[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { authorization = '', 'content-encoding': encoding = '' } = request.headers;
      requests.push({ line: `${request.method} ${request.url}`, authorization, encoding });
      if (ingestion.answer === 'never') return;
      const given = JSON.parse(gunzipSync(Buffer.concat(parts)).toString()) as Envelope[];
      if (ingestion.answer === 200) envelopes.push(...given);
      const itemsAccepted = ingestion.answer === 200 ? given.length : 0;
      const body = { itemsReceived: given.length, itemsAccepted, errors: [] };
      response.writeHead(ingestion.answer, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ingestion: Ingestion = {
    connectionString: `InstrumentationKey=${randomUUID()};IngestionEndpoint=https://${host}/`,
    envelopes,
    requests,
    answer: 200,
    httpClient: {
      sendRequest: (request) =>
        new Promise((resolve, reject) => {
          const { pathname, hostname } = new URL(request.url);
          if (hostname !== host) reject(new Error(`nothing should be asked of ${hostname}`));
          const { method, timeout } = request;
          const sent = httpRequest({
            host: '127.0.0.1',
            port,
            method,
            path: pathname,
            headers: request.headers.toJSON(),
          });
          // As the client of the SDK does it.
          if (timeout > 0)
            sent.setTimeout(timeout, () => sent.destroy(Object.assign(new Error('timed out'), { name: 'AbortError' })));
          sent.on('error', reject);
          sent.on('response', (response) => {
            let bodyAsText = '';
            response.on('data', (part: Buffer) => (bodyAsText += part.toString()));
            response.on('end', () =>
              resolve({ request, status: response.statusCode ?? 0, headers: request.headers, bodyAsText }),
            );
          });
          sent.end(request.body as Buffer);
        }),
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return ingestion;
}
