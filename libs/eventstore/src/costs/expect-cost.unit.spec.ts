import { memoryContainer } from '@daybook/ports';
import { createAggregateStore } from '../aggregate-store.ts';
import { createEventStore } from '../event-store.ts';
import { counter, counterCodec, instantRuntime, metadata } from '../test-support/fixtures.ts';
import { expectCost } from './expect-cost.ts';

describe('Costs: expectCost', () => {
  const runtime = instantRuntime();
  const container = memoryContainer({
    name: 'events',
    runtime,
    partitionKey: (document) => String((document as { streamId?: unknown }).streamId),
    uniqueKeys: ['/dedup'],
  });
  const store = createEventStore({ container, runtime });
  const counters = createAggregateStore({ store, codec: counterCodec, decider: counter, category: 'counter' });
  const count = (key: string, by: number) =>
    counters.execute({ streamId: 'counter-1', command: { by }, metadata: metadata(key) });

  it('takes an outcome, what load gave, or a cost, and names what it cost where that is too much', async () => {
    expectCost(await count('a', 1)).toBeAtMost({ requestUnits: 9, roundTrips: 2 });
    expectCost(await count('b', 1)).toBeAtMost({ requestUnits: 7, roundTrips: 1 });
    expectCost(await counters.load('counter-1')).toBeAtMost({ requestUnits: 1, roundTrips: 1 });
    const budget = { requestUnits: 4, roundTrips: 1 };
    const cost = { requestCharge: 4.5, roundTrips: 1 };
    expect(() => expectCost(cost).toBeAtMost(budget)).toThrow(
      'it cost 4.5 RU and 1 round trips; its budget is 4 RU and 1 round trips',
    );
    expect(() => expectCost({ requestCharge: 1, roundTrips: 2 }).toBeAtMost(budget)).toThrow();
  });

  it('counts what a refusal, a decision without events and a repeated key take', async () => {
    expectCost(await count('c', 2_000)).toBeAtMost({ requestUnits: 6, roundTrips: 2 });
    expectCost(await count('d', 0)).toBeAtMost({ requestUnits: 6, roundTrips: 2 });
    const again = await count('a', 1);
    expect(again.kind).toBe('duplicate');
    expectCost(again).toBeAtMost({ requestUnits: 20, roundTrips: 5 });
  });
});
