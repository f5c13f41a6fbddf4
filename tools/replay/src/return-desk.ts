import type { PlannedOrder, PlannedReturn } from './plan.ts';

/** An order of the file, and (once it is known) whether it was shipped. */
export interface SoldOrder extends PlannedOrder {
  readonly shipped: Promise<boolean>;
}

export interface ReturnPart {
  readonly order: PlannedOrder;
  readonly quantity: number;
  /** What those pieces cost in that order, taken from its lines in their order. */
  readonly pence: number;
}

/**
 * Finds the orders that returned goods came from: the latest earlier ones of the customer that contain the code, newest first, at most
 * what was shipped and has not come back.
 */
export class ReturnDesk {
  readonly #orders = new Map<string, SoldOrder[]>();
  readonly #returned = new Map<string, number>();
  #turn: Promise<unknown> = Promise.resolve();

  sold(order: SoldOrder): void {
    if (order.customerId === 'guest') return;
    const orders = this.#orders.get(order.customerId) ?? [];
    orders.unshift(order);
    this.#orders.set(order.customerId, orders);
  }

  /** One after another, in the order of the calls. */
  inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** The customer's orders so far, newest first; none for goods that come back without a name. */
  earlierOrders(customerId: string | undefined): readonly SoldOrder[] {
    return [...(this.#orders.get(customerId ?? '') ?? [])];
  }

  /** Shares the pieces out among the orders, waiting for each to be shipped or not. */
  async assign(
    { sku, quantity }: PlannedReturn,
    earlier: readonly SoldOrder[],
  ): Promise<{ parts: ReturnPart[]; unmatched: number }> {
    const parts: ReturnPart[] = [];
    let left = quantity;
    for (const order of earlier) {
      if (left === 0) break;
      if (!order.lines.some((line) => line.sku === sku) || !(await order.shipped)) continue;
      const key = `${order.orderId} ${sku}`;
      const before = this.#returned.get(key) ?? 0;
      const sold = order.lines.reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0);
      const pieces = Math.min(left, sold - before);
      if (pieces === 0) continue;
      parts.push({
        order,
        quantity: pieces,
        pence: priceOf(order, sku, before + pieces) - priceOf(order, sku, before),
      });
      this.#returned.set(key, before + pieces);
      left -= pieces;
    }
    return { parts, unmatched: left };
  }
}

/** What the first `quantity` pieces of a code cost in the order. */
function priceOf(order: PlannedOrder, sku: string, quantity: number): number {
  let left = quantity;
  let pence = 0;
  for (const line of order.lines) {
    if (line.sku !== sku) continue;
    const pieces = Math.min(left, line.quantity);
    pence += pieces * line.unitPrice;
    left -= pieces;
  }
  return pence;
}
