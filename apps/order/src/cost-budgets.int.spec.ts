import { containers, orderStream, orderEvents } from '@daybook/contracts';
import { createAggregateStore, createEventStore, eventCodec } from '@daybook/eventstore';
import { type CostBudget, expectCost } from '@daybook/eventstore/testing';
import { type OrderCommand, orderDecider, type OrderEvent } from '@daybook/order-domain';
import { virtualRuntime } from '@daybook/ports';
import { embeddedCosmos, type EmbeddedCosmos } from '@daybook/testing';

/**
 * What each command may cost, warm, by the emulator's documented model of request charges: not what Azure bills, but it grows with the
 * same causes (size, indexed paths, round trips). Whoever passes a budget raises it here, in the open.
 */
const budgets: Readonly<Record<OrderCommand['type'], CostBudget>> = {
  PlaceOrder: { requestUnits: 14, roundTrips: 1 },
  ConfirmOrder: { requestUnits: 8, roundTrips: 1 },
  RejectOrder: { requestUnits: 8, roundTrips: 1 },
  ShipOrder: { requestUnits: 8, roundTrips: 1 },
  DeliverOrder: { requestUnits: 8, roundTrips: 1 },
  CancelOrder: { requestUnits: 8, roundTrips: 1 },
  RequestReturn: { requestUnits: 8, roundTrips: 1 },
  CompleteReturn: { requestUnits: 8, roundTrips: 1 },
};

const lines = [
  { sku: '85123A', quantity: 6, unitPrice: 255 },
  { sku: '71053', quantity: 6, unitPrice: 339 },
];
const place = (orderId: string): OrderCommand => ({
  type: 'PlaceOrder',
  data: { orderId, customerId: '17850', currency: 'GBP', lines, payment: { token: 'tok_ok' } },
});

const story: readonly (readonly [string, OrderCommand])[] = [
  ['o1', place('o1')],
  ['o1', { type: 'ConfirmOrder', data: { orderId: 'o1' } }],
  ['o1', { type: 'ShipOrder', data: { carrier: 'Royal Mail', trackingNumber: 'RM000000001GB' } }],
  ['o1', { type: 'DeliverOrder' }],
  ['o1', { type: 'RequestReturn', data: { lines: [{ sku: '85123A', quantity: 1 }], reason: 'broken' } }],
  ['o1', { type: 'CompleteReturn', data: { orderId: 'o1', returnId: 'o1.r1', refunded: 255 } }],
  ['o2', place('o2')],
  ['o2', { type: 'RejectOrder', data: { orderId: 'o2', reason: 'out-of-stock' } }],
  ['o3', place('o3')],
  ['o3', { type: 'CancelOrder', data: { reason: 'changed my mind' } }],
];

describe('the costs of orders', () => {
  const definition = containers.find(({ service, purpose }) => service === 'order' && purpose === 'events');
  if (definition === undefined) throw new Error('the topology has no events container of order');
  const everythingIndexed = { partitionKey: definition.partitionKey, uniqueKeys: definition.uniqueKeys ?? [] };
  let cosmos: EmbeddedCosmos<'events' | 'everythingIndexed'>;
  beforeAll(async () => {
    cosmos = await embeddedCosmos({ containers: { events: definition, everythingIndexed } });
  });
  afterAll(() => cosmos.close());

  const runtime = virtualRuntime({ seed: 7 });
  const opened = (name: 'events' | 'everythingIndexed') => {
    const store = createEventStore({ container: cosmos.containers[name], runtime });
    const codec = eventCodec<OrderEvent>(orderEvents);
    const aggregates = createAggregateStore({ store, codec, decider: orderDecider, category: 'order' });
    return (id: string, command: OrderCommand) =>
      aggregates.execute({
        streamId: orderStream(id),
        command,
        fresh: command.type === 'PlaceOrder',
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
