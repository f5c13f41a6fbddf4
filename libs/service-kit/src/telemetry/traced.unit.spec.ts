import type { CloudEvent } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import { memoryContainer, virtualRuntime } from '@daybook/ports';
import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { tracedAppends, tracedHandler, tracedRoute } from './traced.ts';

const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const traceId = parent.split('-')[1];
const message: CloudEvent = {
  ...{ specversion: '1.0', id: 'm1', source: '/order', type: 'OrderSubmitted', subject: 'order-o1' },
  ...{ time: '2010-12-01T08:26:00.000Z', datacontenttype: 'application/json', data: {}, traceparent: parent },
  ...{ correlationid: 'c', causationid: 'c', commandkey: 'k', streamversion: 1, schemaversion: 1 },
} as unknown as CloudEvent;
const spanOf = (traceparent: string | undefined): string | undefined => traceparent?.split('-')[2];

describe('where telemetry is exported', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  beforeAll(() => trace.setGlobalTracerProvider(provider));
  beforeEach(() => exporter.reset());
  afterAll(async () => {
    trace.disable();
    await provider.shutdown();
  });

  it('a message is handled as a span below its sender, and what it causes hangs below that', async () => {
    let seen: string | undefined;
    await tracedHandler('saga-inputs', (handled) => {
      seen = handled.traceparent;
      return Promise.resolve();
    })(message);
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({ name: 'process saga-inputs', parentSpanContext: { spanId: spanOf(parent) } });
    expect(span?.spanContext()).toMatchObject({ traceId, spanId: spanOf(seen) });
  });

  it('a handler that fails fails its span, which tells the code of the error and not its message', async () => {
    const error = Object.assign(new Error('customer Ada at 1 Main Street'), { code: 'no-such-order' });
    await expect(tracedHandler('saga-inputs', () => Promise.reject(error))(message)).rejects.toBe(error);
    expect(exporter.getFinishedSpans()[0]?.status).toEqual({ code: 2, message: 'no-such-order' });
  });

  it('messages handled together are spans each', async () => {
    const handled: (string | undefined)[] = [];
    const handler = tracedHandler(
      'saga-inputs',
      Object.assign(() => Promise.resolve(), {
        handleTogether: (messages: readonly CloudEvent[]) => {
          handled.push(...messages.map(({ traceparent }) => spanOf(traceparent)));
          return Promise.resolve();
        },
      }),
    );
    await handler.handleTogether?.([message, { ...message, id: 'm2' }]);
    expect(exporter.getFinishedSpans().map((span) => span.spanContext().spanId)).toEqual(handled);
    expect(new Set(handled).size).toBe(2);
  });

  it('a routed message carries a span of its own', () => {
    const route = tracedRoute(() => [{ hub: 'order-events', key: 'order-o1', message }]);
    const [outgoing] = route({} as StoredEvent);
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({ name: 'create order-events', parentSpanContext: { spanId: spanOf(parent) } });
    expect(spanOf(outgoing?.message.traceparent)).toBe(span?.spanContext().spanId);
  });

  it('an append is a span below the command whose events it writes; other writes are none', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const container = tracedAppends(
      memoryContainer({ name: 'orders', runtime, partitionKey: (document) => String(document['streamId']) }),
    );
    const document = { id: '1', streamId: 'order-o1', metadata: { traceparent: parent } };
    await container.batch('order-o1', [{ kind: 'create', document }]);
    await container.batch('order-o1', [{ kind: 'read', id: '1' }]);
    const spans = exporter.getFinishedSpans();
    expect(spans).toHaveLength(1);
    expect(spans[0]).toMatchObject({
      name: 'append orders',
      parentSpanContext: { spanId: spanOf(parent) },
      attributes: { 'daybook.stream': 'order-o1', 'daybook.events': 1, 'daybook.applied': true },
    });
  });
});

describe('where none is exported', () => {
  it('messages go through as they are', async () => {
    let seen: string | undefined;
    await tracedHandler('saga-inputs', (handled) => {
      seen = handled.traceparent;
      return Promise.resolve();
    })(message);
    expect(seen).toBe(parent);
    const route = tracedRoute(() => [{ hub: 'order-events', key: 'order-o1', message }]);
    expect(route({} as StoredEvent)[0]?.message).toBe(message);
  });
});
