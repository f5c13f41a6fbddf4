import { booksOf, expectStatus, until } from '@daybook/replay';
import { type Lab, openLab } from './support/lab.ts';
import { openOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from './support/otlp-receiver.ts';

jest.setTimeout(120_000);

describe('telemetry', () => {
  let receiver: OtlpReceiver;
  let lab: Lab;
  beforeAll(async () => {
    receiver = await openOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_METRIC_EXPORT_INTERVAL: '1000' };
    lab = await openLab({ instanceEnv: () => Promise.resolve(env) });
  });
  afterAll(async () => {
    await lab?.close();
    await receiver?.close();
  });

  /** Names of the spans from the first of the trace down to this one. */
  const wayTo = (span: ReceivedSpan, trace: readonly ReceivedSpan[]): readonly string[] => {
    const above = trace.find(({ spanId }) => spanId === span.parentSpanId);
    return [...(above === undefined ? [] : wayTo(above, trace)), `${span.service}: ${span.name}`];
  };

  it('one order is one trace, from the request through all four services and back', async () => {
    const { shop } = lab;
    await shop.post('inventory', '/v1/stock/20001/receive', { quantity: 5 }, 'receive');
    const lines = [{ sku: '20001', quantity: 1, unitPrice: 255 }];
    const body = { orderId: 'o1', customerId: 'c1', currency: 'GBP', lines, payment: { token: 'tok_approve' } };
    expectStatus(await shop.post('order', '/v1/orders', body, 'o1'), [202], 'o1');
    await until('o1 to be confirmed', async () => (await booksOf(shop).order('o1')).status === 'confirmed');

    const traceOf = (): readonly ReceivedSpan[] => {
      const request = receiver.spans.find(({ name }) => name === 'POST /v1/orders');
      return receiver.spans.filter(({ traceId }) => traceId === request?.traceId);
    };
    const confirmation = (): ReceivedSpan | undefined =>
      traceOf().find(({ service, name, parentSpanId }) => {
        const above = traceOf().find(({ spanId }) => spanId === parentSpanId);
        return service === 'order' && name === 'append orders' && above?.name === 'process order-commands';
      });
    await until('the last spans to be exported', () => Promise.resolve(confirmation() !== undefined));
    const trace = traceOf();
    expect(new Set(trace.map(({ service }) => service))).toEqual(
      new Set(['order', 'inventory', 'payment', 'fulfilment']),
    );
    // Nothing hangs in the air: every span but the request's own has its cause in the trace.
    const ids = new Set(trace.map(({ spanId }) => spanId));
    expect(trace.filter(({ parentSpanId }) => !ids.has(parentSpanId)).map(({ name }) => name)).toEqual([
      'POST /v1/orders',
    ]);
    expect(wayTo(confirmation() as ReceivedSpan, trace)).toEqual([
      'order: POST /v1/orders',
      'order: create saga-inputs',
      'fulfilment: process saga-inputs',
      'fulfilment: create inventory-commands',
      'inventory: process inventory-commands',
      'inventory: create saga-inputs',
      'fulfilment: process saga-inputs',
      'fulfilment: create payment-commands',
      'payment: process payment-commands',
      'payment: create saga-inputs',
      'fulfilment: process saga-inputs',
      'fulfilment: create order-commands',
      'order: process order-commands',
      'order: append orders',
    ]);
  });

  it('every service tells how its store and its HTTP are doing', async () => {
    await until('the metrics of the order service', () =>
      Promise.resolve(
        ['event_store.writes', 'event_store.write_duration', 'http.server.request.duration'].every((name) =>
          receiver.metrics.get('order')?.has(name),
        ),
      ),
    );
    expect(receiver.metrics.get('fulfilment')?.has('event_store.writes')).toBe(true);
  });
});
