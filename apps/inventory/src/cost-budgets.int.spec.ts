import { containers, stockStream, stockEvents } from '@daybook/contracts';
import { createAggregateStore, createEventStore, eventCodec } from '@daybook/eventstore';
import { type CostBudget, expectCost } from '@daybook/eventstore/testing';
import { type StockCommand, stockDecider, type StockEvent } from '@daybook/inventory-domain';
import { virtualRuntime } from '@daybook/ports';
import { embeddedCosmos, type EmbeddedCosmos } from '@daybook/testing';

/**
 * What each command may cost, warm, by the emulator's documented model of request charges: not what Azure bills, but it grows with the
 * same causes (size, indexed paths, round trips). Whoever passes a budget raises it here, in the open.
 */
const budgets: Readonly<Record<StockCommand['type'], CostBudget>> = {
  ReceiveStock: { requestUnits: 8, roundTrips: 1 },
  AdjustStock: { requestUnits: 8, roundTrips: 1 },
  ReserveStock: { requestUnits: 8, roundTrips: 1 },
  ReleaseStock: { requestUnits: 8, roundTrips: 1 },
  CommitStock: { requestUnits: 8, roundTrips: 1 },
  RestockReturn: { requestUnits: 8, roundTrips: 1 },
};

const sku = '85123A';
const reservation = (orderId: string) => ({ sku, orderId, reservationId: orderId });

const story: readonly (readonly [string, StockCommand])[] = [
  [sku, { type: 'ReceiveStock', data: { sku, quantity: 100 } }],
  [sku, { type: 'ReceiveStock', data: { sku, quantity: 100 } }],
  [sku, { type: 'AdjustStock', data: { sku, quantity: -2, reason: 'broken in the warehouse' } }],
  [sku, { type: 'ReserveStock', data: { ...reservation('o1'), quantity: 6 } }],
  [sku, { type: 'ReleaseStock', data: reservation('o1') }],
  [sku, { type: 'ReserveStock', data: { ...reservation('o2'), quantity: 6 } }],
  [sku, { type: 'CommitStock', data: reservation('o2') }],
  [sku, { type: 'RestockReturn', data: { sku, orderId: 'o2', returnId: 'o2.r1', quantity: 1 } }],
];

describe('the costs of stock', () => {
  const definition = containers.find(({ service, purpose }) => service === 'inventory' && purpose === 'events');
  if (definition === undefined) throw new Error('the topology has no events container of inventory');
  const everythingIndexed = { partitionKey: definition.partitionKey, uniqueKeys: definition.uniqueKeys ?? [] };
  let cosmos: EmbeddedCosmos<'events' | 'everythingIndexed'>;
  beforeAll(async () => {
    cosmos = await embeddedCosmos({ containers: { events: definition, everythingIndexed } });
  });
  afterAll(() => cosmos.close());

  const runtime = virtualRuntime({ seed: 7 });
  const opened = (name: 'events' | 'everythingIndexed') => {
    const store = createEventStore({ container: cosmos.containers[name], runtime });
    const codec = eventCodec<StockEvent>(stockEvents);
    const aggregates = createAggregateStore({ store, codec, decider: stockDecider, category: 'stock' });
    return (id: string, command: StockCommand) =>
      aggregates.execute({
        streamId: stockStream(id),
        command,
        fresh: command.type === 'ReceiveStock',
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
