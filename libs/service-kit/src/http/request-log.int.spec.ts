import type { EventMetadata } from '@daybook/eventstore';
import { virtualRuntime } from '@daybook/ports';
import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Router } from 'express';
import { createLog } from '../log.ts';
import { type Client, serve } from '../testing/testing.ts';
import { commandContext } from './command-context.ts';

const shipTo = { name: 'Ada Lovelace', address: ['12 St James Square'] };
const lines: Record<string, unknown>[] = [];
const decided: EventMetadata[] = [];

const runtime = virtualRuntime({ seed: 1 });
const routes = Router();
routes.post('/orders/:orderId/:failure', (request) => {
  if (request.params.failure === 'late') decided.push(commandContext(request, runtime).metadata);
  throw Object.assign(new Error('no connection'), { code: 'unavailable', request: request.body });
});
routes.get('/orders/:orderId', (_request, response) => void response.json({}));

const open = (level: string): Promise<Client> =>
  serve(routes, {
    log: createLog('order', level, { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) }),
  });
const idsOf = (traceparent: string | undefined): object => {
  const [, traceId, spanId] = traceparent?.split('-') ?? [];
  return { traceId, spanId };
};

let client: Client;
beforeEach(async () => {
  client = await open('info');
  lines.length = 0;
  decided.length = 0;
});
afterEach(() => client.close());

describe('the line of a request that failed', () => {
  it('names the trace and the correlation that its events would have named, and nothing of what was sent', async () => {
    await client.post('/orders/o1/late', { shipTo });
    const [metadata] = decided;
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      ...{ level: 50, msg: 'request failed', method: 'POST', path: '/orders/o1/late', code: 'unavailable' },
      ...{ correlationId: metadata?.correlationId, ...idsOf(metadata?.traceparent) },
    });
    expect(JSON.stringify(lines)).not.toMatch(/Lovelace|James/);
  });

  it('names what the client said of itself where the request had not come so far', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await client.post('/orders/o1/early', {}, { traceparent, 'X-Correlation-Id': 'checkout-7' });
    await client.post('/orders/o1/early', {}, { traceparent: 'Ada', 'X-Request-Id': 'r-1', 'X-Correlation-Id': 'a b' });
    expect(lines[0]).toMatchObject({ correlationId: 'checkout-7', ...idsOf(traceparent) });
    expect(lines[1]).toMatchObject({ correlationId: 'r-1' });
    expect(lines[1]).not.toHaveProperty('traceId');
  });

  it('names the span of the request where one is recorded', async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    trace.setGlobalTracerProvider(provider);
    await client.post('/orders/o1/early');
    await client.close();
    const span = exporter.getFinishedSpans()[0]?.spanContext();
    trace.disable();
    await provider.shutdown();
    expect(lines[0]).toMatchObject({ traceId: span?.traceId, spanId: span?.spanId });
  });
});

describe('the line of a request that did not fail', () => {
  it('is written for who looks closely, by route and not by path', async () => {
    await client.get('/orders/o1');
    expect(lines).toEqual([]);
    const close = await open('debug');
    await close.get('/orders/o1', { 'X-Correlation-Id': 'c1' });
    await close.close();
    expect(lines).toMatchObject([
      { level: 20, msg: 'request', method: 'GET', route: '/orders/:orderId', status: 200, correlationId: 'c1' },
    ]);
    expect(lines[0]?.['durationMs']).toBeGreaterThan(0);
  });
});
