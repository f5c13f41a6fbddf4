import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as exported. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first one of a trace. */
  readonly parentSpanId: string;
}

/** Receives what is exported by OTLP over HTTP, in its JSON form, on loopback. */
export interface OtlpReceiver {
  readonly endpoint: string;
  readonly spans: readonly ReceivedSpan[];
  /** Names of the metrics that came, by service. */
  readonly metrics: ReadonlyMap<string, ReadonlySet<string>>;
  close(): Promise<void>;
}

type Attributes = readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
interface ResourceSpans {
  readonly resource: { readonly attributes: Attributes };
  readonly scopeSpans: readonly {
    readonly spans: readonly { name: string; traceId: string; spanId: string; parentSpanId?: string }[];
  }[];
}
interface ResourceMetrics {
  readonly resource: { readonly attributes: Attributes };
  readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string }[] }[];
}

export async function openOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const metrics = new Map<string, Set<string>>();
  const take = (body: { resourceSpans?: readonly ResourceSpans[]; resourceMetrics?: readonly ResourceMetrics[] }) => {
    for (const { resource, scopeSpans } of body.resourceSpans ?? []) {
      const service = serviceOf(resource.attributes);
      for (const { name, traceId, spanId, parentSpanId = '' } of scopeSpans.flatMap((scope) => scope.spans)) {
        spans.push({ service, name, traceId, spanId, parentSpanId });
      }
    }
    for (const { resource, scopeMetrics } of body.resourceMetrics ?? []) {
      const service = serviceOf(resource.attributes);
      const names = metrics.get(service) ?? new Set();
      for (const { name } of scopeMetrics.flatMap((scope) => scope.metrics)) names.add(name);
      metrics.set(service, names);
    }
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      take(JSON.parse(Buffer.concat(parts).toString('utf8')) as Parameters<typeof take>[0]);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    metrics,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const serviceOf = (attributes: Attributes): string =>
  attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
