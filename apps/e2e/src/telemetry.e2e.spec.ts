import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type MetricDefinition, metricDefinitions, type MetricName, shopServices } from '@daybook/contracts';
import { booksOf, expectStatus, until } from '@daybook/replay';
import { type Lab, openLab } from './support/lab.ts';
import {
  openOtlpReceiver,
  type OtlpReceiver,
  type ReceivedMetric,
  type ReceivedSpan,
} from './support/otlp-receiver.ts';

jest.setTimeout(120_000);

describe('telemetry', () => {
  let receiver: OtlpReceiver;
  let lab: Lab;
  beforeAll(async () => {
    receiver = await openOtlpReceiver();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      LOG_LEVEL: 'debug',
    };
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
    // Each service exports when its second is over: the last span of the trace may come before others of it.
    const inTheAir = (): readonly string[] => {
      const ids = new Set(traceOf().map(({ spanId }) => spanId));
      return traceOf()
        .filter(({ parentSpanId }) => !ids.has(parentSpanId))
        .map(({ name }) => name);
    };
    await until('the last spans to be exported', () =>
      Promise.resolve(confirmation() !== undefined && inTheAir().length === 1),
    );
    const trace = traceOf();
    expect(new Set(trace.map(({ service }) => service))).toEqual(new Set(shopServices));
    // Nothing hangs in the air: every span but the request's own has its cause in the trace.
    expect(inTheAir()).toEqual(['POST /v1/orders']);
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

  it('a line of the log names the trace that it belongs to', async () => {
    const request = receiver.spans.find(({ name }) => name === 'POST /v1/orders');
    const line = async (): Promise<Record<string, unknown> | undefined> => {
      const text = await readFile(join(lab.system.settings.dataFolder, 'logs', 'order.log'), 'utf8');
      const lines = text.split('\n').filter((each) => each.includes('"msg":"request"'));
      return lines
        .map((each) => JSON.parse(each) as Record<string, unknown>)
        .find((each) => each['route'] === '/v1/orders');
    };
    await until('the line of the request', async () => (await line()) !== undefined);
    expect(await line()).toMatchObject({
      ...{ method: 'POST', status: 202, correlationId: expect.any(String) },
      ...{ traceId: request?.traceId, spanId: request?.spanId },
    });
  });

  // Of these it is known what an order makes them do.
  it.each(shopServices)('%s exports the metrics that it should, and no others', async (service) => {
    const expected = Object.entries<MetricDefinition>(metricDefinitions).filter(
      ([, { services, once }]) => once === undefined && (services?.includes(service) ?? true),
    );
    await lab.fetch(`${lab.system.urls[service]}/v1/feeds`);
    const came = () => receiver.metrics.get(service) ?? new Map<string, ReceivedMetric>();
    const missing = () => expected.map(([name]) => name).filter((name) => !came().has(name));
    await until(`the metrics of ${service}`, () => Promise.resolve(missing().length === 0)).catch(() => undefined);
    expect(missing()).toEqual([]);
    for (const [name, { kind, unit, attributes }] of came()) {
      const defined: MetricDefinition | undefined = metricDefinitions[name as MetricName];
      expect({ name, kind, unit }).toEqual({ name, kind: defined?.kind, unit: defined?.unit });
      expect(defined?.attributes).toEqual(expect.arrayContaining([...attributes]));
    }
  });
});
