import { type SkuQuantity, stockedQuantities } from '@daybook/contracts';
import type { OrderReturn, SentOrder } from '@daybook/order-domain';
import type { Histories } from './histories.ts';

/** What left the stock and came back, by order and return, counted from the stored data. */
export interface Goods {
  readonly ordersWithCommits: Iterable<string>;
  /** Exactly what was sold left the stock for the order. */
  shippedProblem(order: SentOrder): string | undefined;
  /** Exactly what was returned went back on the shelf. */
  returnedProblem(entry: OrderReturn): string | undefined;
}

export function goodsOf(inventory: Histories): Goods {
  const committed = new Map<string, SkuQuantity[]>();
  const restocked = new Map<string, SkuQuantity[]>();
  const note = (to: Map<string, SkuQuantity[]>, id: unknown, { sku, quantity }: Readonly<Record<string, unknown>>) => {
    const key = String(id);
    to.set(key, [...(to.get(key) ?? []), { sku: String(sku), quantity: Number(quantity) }]);
  };
  for (const events of inventory.values()) {
    for (const { type, data } of events) {
      if (type === 'StockCommitted') note(committed, data['orderId'], data);
      if (type === 'StockRestocked') note(restocked, data['returnId'], data);
    }
  }
  return {
    ordersWithCommits: committed.keys(),
    shippedProblem: ({ orderId, lines }) => difference(lines, committed.get(orderId), 'left the stock'),
    returnedProblem: ({ returnId, lines }) => difference(lines, restocked.get(returnId), 'went back'),
  };
}

function difference(
  lines: readonly SkuQuantity[],
  moved: readonly SkuQuantity[] = [],
  how: string,
): string | undefined {
  const expected = sums(lines);
  const found = sums(moved);
  const off = [...new Set([...expected.keys(), ...found.keys()])]
    .filter((sku) => expected.get(sku) !== found.get(sku))
    .map((sku) => `of ${sku}, ${found.get(sku) ?? 0} ${how} instead of ${expected.get(sku) ?? 0}`);
  return off.length === 0 ? undefined : off.slice(0, 5).join('; ');
}

function sums(lines: readonly SkuQuantity[]): Map<string, number> {
  return new Map(stockedQuantities(lines).map(({ sku, quantity }) => [sku, quantity]));
}
