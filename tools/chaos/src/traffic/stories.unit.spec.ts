import { mulberry32 } from '@daybook/ports';
import type { PlannedOrder } from '@daybook/replay';
import { fateNames, goneBy, storiesOf } from './stories.ts';

const order = (number: number, lines: number): PlannedOrder => ({
  ...{ kind: 'order', orderId: `inv-${number}`, customerId: 'c-1' },
  lines: Array.from({ length: lines }, (_, index) => ({ sku: String(10_000 + index), quantity: 2, unitPrice: 100 })),
});
const orders = [order(1, 3), order(2, 1), order(3, 500)];
const told = (seed: number, count: number) => {
  const next = storiesOf(orders, mulberry32(seed));
  return Array.from({ length: count }, next);
};

describe('the orders of a run', () => {
  it('are the same for the same seed', () => {
    expect(told(5, 100)).toEqual(told(5, 100));
    expect(told(5, 100)).not.toEqual(told(6, 100));
  });

  it('meet every fate within fifty, and no two have the same id', () => {
    const stories = told(1, 50);
    expect(new Set(stories.map(({ kind }) => kind))).toEqual(new Set(fateNames));
    expect(new Set(stories.map(({ orderId }) => orderId)).size).toBe(50);
  });

  it('are the invoices over and over, a large one now and then', () => {
    const large = told(1, 120).filter(({ lines }) => lines.length >= 500);
    expect(large).toHaveLength(10);
  });

  it('are refused where the file has none', () => {
    expect(storiesOf([], mulberry32(1))).toThrow('no orders');
  });
});

describe('what an order takes from the stock', () => {
  const story = {
    ...{ kind: 'x', orderId: 'o', customerId: 'c', token: 't', ends: [] },
    lines: [
      { sku: '10000', quantity: 3, unitPrice: 1 },
      { sku: '10000', quantity: 2, unitPrice: 1 },
      { sku: 'POST', quantity: 1, unitPrice: 1 },
    ],
    back: [{ sku: '10000', quantity: 1 }],
  };

  it.each([
    ['shipped', [['10000', 5]]],
    ['partially-returned', [['10000', 4]]],
  ])('%s', (status, gone) => {
    expect([...goneBy(story, status)]).toEqual(gone);
  });

  it.each(['cancelled', 'rejected'])('nothing when it was %s', (status) => {
    expect([...goneBy({ ...story, back: [] }, status)]).toEqual([]);
  });
});
