import { partitionOf } from './partition.ts';

// Pinned: a change here is a change of the order of every key in every hub there is.
const version1 = [
  ['', 3, 11],
  ['a', 3, 19],
  ['order-1', 0, 28],
  ['order-inv-536365', 3, 31],
  ['stock-85123A', 2, 14],
  ['payment-o1', 3, 11],
  ['FulfilOrder:o1', 2, 2],
  ['stock-Größe', 2, 26],
  ['日本', 3, 31],
] as const;

it.each(version1)('maps %j to %i of 4 and %i of 32', (key, of4, of32) => {
  expect([partitionOf(key, 1), partitionOf(key, 4), partitionOf(key, 32)]).toEqual([0, of4, of32]);
});

it.each([0, -1, 1.5, Number.NaN])('refuses a hub of %d partitions', (count) => {
  expect(() => partitionOf('a', count)).toThrow(RangeError);
});

describe.each([
  ['numbered orders', (n: number) => `order-${n}`],
  ['codes of stock', (n: number) => `stock-${(84_000 + n).toString(36).toUpperCase()}`],
  ['sagas', (n: number) => `FulfilOrder:inv-${536_365 + n}`],
])('%s', (_name, keyOf) => {
  it.each([2, 3, 4, 8, 32])('spread evenly over %i partitions', (count) => {
    const keys = 1_000 * count;
    const sizes = Array.from({ length: count }, () => 0);
    for (let n = 0; n < keys; n += 1) {
      const index = partitionOf(keyOf(n), count);
      sizes[index] = (sizes[index] ?? 0) + 1;
    }
    expect(Math.min(...sizes)).toBeGreaterThan(850);
    expect(Math.max(...sizes)).toBeLessThan(1_150);
  });
});
