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

/** A metric as exported. */
export interface ReceivedMetric {
  readonly kind: 'counter' | 'histogram' | 'gauge';
  readonly unit: string;
  /** Of all its measurements so far. */
  readonly attributes: ReadonlySet<string>;
}

/** Receives what is exported by OTLP over HTTP, in its JSON form, on loopback. */
export interface OtlpReceiver {
  readonly endpoint: string;
  readonly spans: readonly ReceivedSpan[];
  /** The metrics that came, by service and name. */
  readonly metrics: ReadonlyMap<string, ReadonlyMap<string, ReceivedMetric>>;
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
  readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
}
interface Points {
  readonly dataPoints: readonly { readonly attributes?: Attributes }[];
}
interface Metric {
  readonly name: string;
  readonly unit?: string;
  readonly sum?: Points;
  readonly histogram?: Points;
  readonly gauge?: Points;
}

export async function openOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const metrics = new Map<string, Map<string, ReceivedMetric>>();
  const take = (body: { resourceSpans?: readonly ResourceSpans[]; resourceMetrics?: readonly ResourceMetrics[] }) => {
    for (const { resource, scopeSpans } of body.resourceSpans ?? []) {
      const service = serviceOf(resource.attributes);
      for (const { name, traceId, spanId, parentSpanId = '' } of scopeSpans.flatMap((scope) => scope.spans)) {
        spans.push({ service, name, traceId, spanId, parentSpanId });
      }
    }
    for (const { resource, scopeMetrics } of body.resourceMetrics ?? []) {
      const service = serviceOf(resource.attributes);
      const known = metrics.get(service) ?? new Map<string, ReceivedMetric>();
      for (const metric of scopeMetrics.flatMap((scope) => scope.metrics)) {
        const { kind, unit, attributes } = received(metric);
        const before = known.get(metric.name)?.attributes ?? [];
        known.set(metric.name, { kind, unit, attributes: new Set([...before, ...attributes]) });
      }
      metrics.set(service, known);
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

function received({ unit = '', sum, histogram, gauge }: Metric): ReceivedMetric {
  const kind = sum === undefined ? (histogram === undefined ? 'gauge' : 'histogram') : 'counter';
  const { dataPoints } = sum ?? histogram ?? gauge ?? { dataPoints: [] };
  const attributes = dataPoints.flatMap((point) => (point.attributes ?? []).map(({ key }) => key));
  return { kind, unit, attributes: new Set(attributes) };
}
