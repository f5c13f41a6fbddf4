import { containers, paymentStream, paymentEvents } from '@daybook/contracts';
import { createAggregateStore, createEventStore, eventCodec } from '@daybook/eventstore';
import { type CostBudget, expectCost } from '@daybook/eventstore/testing';
import { type PaymentCommand, paymentDecider, type PaymentEvent } from '@daybook/payment-domain';
import { virtualRuntime } from '@daybook/ports';
import { embeddedCosmos, type EmbeddedCosmos } from '@daybook/testing';

/**
 * What each command may cost, warm, by the emulator's documented model of request charges: not what Azure bills, but it grows with the
 * same causes (size, indexed paths, round trips). Whoever passes a budget raises it here, in the open.
 */
const budgets: Readonly<Record<PaymentCommand['type'], CostBudget>> = {
  AuthorizePayment: { requestUnits: 8, roundTrips: 1 },
  VoidPayment: { requestUnits: 8, roundTrips: 1 },
  CapturePayment: { requestUnits: 8, roundTrips: 1 },
  RefundPayment: { requestUnits: 8, roundTrips: 1 },
  RequestRefund: { requestUnits: 8, roundTrips: 1 },
  RecordAuthorization: { requestUnits: 8, roundTrips: 1 },
  RecordVoid: { requestUnits: 8, roundTrips: 1 },
  RecordCapture: { requestUnits: 8, roundTrips: 1 },
  RecordRefund: { requestUnits: 8, roundTrips: 1 },
};

const done = { kind: 'done', providerReference: 'sandbox-000000000001' } as const;
const of = (paymentId: string) => ({ paymentId, orderId: paymentId });
const authorize = (paymentId: string): PaymentCommand => ({
  type: 'AuthorizePayment',
  data: { ...of(paymentId), amount: 900, currency: 'GBP', token: 'tok_ok' },
});

const story: readonly (readonly [string, PaymentCommand])[] = [
  ['p1', authorize('p1')],
  ['p1', { type: 'RecordAuthorization', result: done }],
  ['p1', { type: 'CapturePayment', data: { ...of('p1'), amount: 900 } }],
  ['p1', { type: 'RecordCapture', result: done }],
  ['p1', { type: 'RefundPayment', data: { ...of('p1'), refundId: 'r1', amount: 100, reason: 'broken' } }],
  ['p1', { type: 'RecordRefund', refundId: 'r1', result: done }],
  ['p1', { type: 'RequestRefund', data: { refundId: 'r2', amount: 100, reason: 'goodwill' } }],
  ['p2', authorize('p2')],
  ['p2', { type: 'VoidPayment', data: of('p2') }],
  ['p2', { type: 'RecordVoid' }],
];

describe('the costs of payments', () => {
  const definition = containers.find(({ service, purpose }) => service === 'payment' && purpose === 'events');
  if (definition === undefined) throw new Error('the topology has no events container of payment');
  const everythingIndexed = { partitionKey: definition.partitionKey, uniqueKeys: definition.uniqueKeys ?? [] };
  let cosmos: EmbeddedCosmos<'events' | 'everythingIndexed'>;
  beforeAll(async () => {
    cosmos = await embeddedCosmos({ containers: { events: definition, everythingIndexed } });
  });
  afterAll(() => cosmos.close());

  const runtime = virtualRuntime({ seed: 7 });
  const opened = (name: 'events' | 'everythingIndexed') => {
    const store = createEventStore({ container: cosmos.containers[name], runtime });
    const codec = eventCodec<PaymentEvent>(paymentEvents);
    const aggregates = createAggregateStore({ store, codec, decider: paymentDecider, category: 'payment' });
    return (id: string, command: PaymentCommand) =>
      aggregates.execute({
        streamId: paymentStream(id),
        command,
        fresh: command.type === 'AuthorizePayment',
        metadata: {
          commandKey: `http:${runtime.newId()}`,
          correlationId: runtime.newId(),
          causationId: runtime.newId(),
          actor: 'customer:17850',
          traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        },
      });
  };

  it('stay within the budget of every command, each in one round trip', async () => {
    const execute = opened('events');
    const over: string[] = [];
    for (const [id, command] of story) {
      const outcome = await execute(id, command);
      expect([command.type, outcome.kind]).toEqual([command.type, 'appended']);
      try {
        expectCost(outcome).toBeAtMost(budgets[command.type]);
      } catch (error) {
        over.push(`${command.type}: ${String(error)}`);
      }
    }
    expect(over).toEqual([]);
    expect(new Set(story.map(([, { type }]) => type))).toEqual(new Set(Object.keys(budgets)));
  });

  it('are at least a quarter lower than with everything indexed', async () => {
    const [minimal, full] = [opened('events'), opened('everythingIndexed')];
    let [withMinimal, withFull] = [0, 0];
    for (const [id, command] of story) {
      withMinimal += (await minimal(`${id}-again`, command)).cost.requestCharge;
      withFull += (await full(`${id}-again`, command)).cost.requestCharge;
    }
    expect(withMinimal).toBeLessThan(0.75 * withFull);
  });
});
