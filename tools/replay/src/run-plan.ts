import { setTimeout as sleep } from 'node:timers/promises';
import { isServiceSku } from '@daybook/contracts';
import { adjustedBefore, adjustStock, stockPath } from './adjustment.ts';
import { limiter, mapLimited } from './limiter.ts';
import type { Plan, PlannedAdjustment, PlannedOrder, PlannedReturn } from './plan.ts';
import { ReturnDesk, type SoldOrder } from './return-desk.ts';
import { expectStatus, type Shop, ShopError } from './shop.ts';

export interface RunOptions {
  readonly shop: Shop;
  /** Begins the key of every command: the same file with the same options gives the same keys. */
  readonly runId: string;
  /**
   * This very run has ended here before. What adjustments moved is then looked up and not asked for again: one that was refused left no
   * trace, and would find other stock today.
   */
  readonly completeBefore: boolean;
  /** Orders under way at the same time. */
  readonly concurrency: number;
  /** Told after every step. */
  readonly onProgress: (done: number, total: number) => void;
}

/** What was asked of the shop and what it took: the file's side of the books. */
export interface Trade {
  readonly shipped: readonly PlannedOrder[];
  readonly rejected: readonly PlannedOrder[];
  readonly returns: readonly ReturnedPieces[];
  readonly unitsUnmatched: number;
  /** Applied to stock, by code. */
  readonly adjusted: ReadonlyMap<string, number>;
  /** Rows that asked for an adjustment, of stocked codes or not. */
  readonly adjustments: number;
  /** Pieces that adjustments asked for and did not get. */
  readonly unitsRefused: number;
}

export interface ReturnedPieces {
  readonly orderId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly pence: number;
}

/** How long one order may take to be confirmed or rejected, the shop's own timeouts included. */
const settleMs = 120_000;

/** Carries the plan out, step after step in file order, several orders at a time. */
export async function runPlan(plan: Plan, options: RunOptions): Promise<Trade> {
  const { shop, runId, onProgress } = options;
  await mapLimited(plan.openings, 16, async ([sku, quantity]) => {
    const answer = await shop.post('inventory', stockPath(sku, 'receive'), { quantity }, `${runId}:opening:${sku}`);
    expectStatus(answer, [200], `opening receipt of ${sku}`);
  });

  const desk = new ReturnDesk();
  const run = limiter(options.concurrency);
  const underWay: Promise<void>[] = [];
  let failure: unknown;
  const start = (task: Promise<void>): void => {
    underWay.push(task.catch((error: unknown) => void (failure ??= error)));
  };
  const shipped: PlannedOrder[] = [];
  const rejected: PlannedOrder[] = [];
  const returns: ReturnedPieces[] = [];
  const adjusted = new Map<string, number>();
  let unitsUnmatched = 0;
  let unitsRefused = 0;
  let adjustments = 0;
  let done = 0;

  const placeAndShip = async (order: PlannedOrder): Promise<boolean> => {
    const wasShipped = await settle(shop, runId, order);
    (wasShipped ? shipped : rejected).push(order);
    return wasShipped;
  };
  const adjust = async (step: PlannedAdjustment): Promise<void> => {
    adjustments += 1;
    if (isServiceSku(step.sku)) return;
    const key = `${runId}:row:${step.line}`;
    const before = options.completeBefore ? ((await adjustedBefore(shop, step.sku, key)) ?? 0) : undefined;
    const moved = before ?? (await adjustStock(shop, key, step));
    adjusted.set(step.sku, (adjusted.get(step.sku) ?? 0) + moved);
    unitsRefused += Math.abs(step.quantity - moved);
  };
  const takeBack = async (step: PlannedReturn, earlier: readonly SoldOrder[]): Promise<void> => {
    const { parts, unmatched } = await desk.assign(step, earlier);
    unitsUnmatched += unmatched;
    for (const [part, { order, quantity, pence }] of parts.entries()) {
      const body = { lines: [{ sku: step.sku, quantity }], reason: 'returned by the customer' };
      const path = `/v1/orders/${order.orderId}/returns`;
      expectStatus(
        await shop.post('order', path, body, `${runId}:row:${step.line}:${part}`),
        [202],
        `return of row ${step.line}`,
      );
      returns.push({ orderId: order.orderId, sku: step.sku, quantity, pence });
    }
  };

  for (const step of plan.steps) {
    const finished = (): void => onProgress((done += 1), plan.steps.length);
    if (step.kind === 'order') {
      // The next step waits for a free place, so that the file's order is roughly kept; the books hold whatever the order is.
      let begun: () => void = () => undefined;
      const started = new Promise<void>((resolve) => (begun = resolve));
      const outcome = run(() => {
        begun();
        return placeAndShip(step);
      });
      const sold: SoldOrder = { ...step, shipped: outcome };
      desk.sold(sold);
      start(outcome.then(finished));
      await started;
    } else if (step.kind === 'adjustment') await adjust(step).then(finished);
    else {
      // One return row after another: how much an order can still take back is decided in file order.
      const earlier = desk.earlierOrders(step.customerId);
      start(desk.inTurn(() => takeBack(step, earlier)).then(finished));
    }
    if (failure !== undefined) break;
  }
  await Promise.all(underWay);
  if (failure !== undefined) throw failure;
  return { shipped, rejected, returns, unitsUnmatched, adjusted, adjustments, unitsRefused };
}

/** Places an order, waits until it is decided, and ships it if it was confirmed. True when it was shipped. */
async function settle(shop: Shop, runId: string, order: PlannedOrder): Promise<boolean> {
  const { orderId, customerId, lines } = order;
  const body = { orderId, customerId, currency: 'GBP', lines, payment: { token: 'tok_approve' } };
  expectStatus(await shop.post('order', '/v1/orders', body, `${runId}:${orderId}:place`), [202], `order ${orderId}`);
  const path = `/v1/orders/${orderId}`;
  const deadline = Date.now() + settleMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 1.5, 500)) {
    const { status } = expectStatus(await shop.get('order', path), [200], `order ${orderId}`).body;
    if (status === 'rejected') return false;
    if (status === 'confirmed') {
      const parcel = { carrier: 'Royal Mail', trackingNumber: orderId };
      expectStatus(
        await shop.post('order', `${path}/ship`, parcel, `${runId}:${orderId}:ship`),
        [200],
        `shipping ${orderId}`,
      );
      return true;
    }
    if (status !== 'submitted')
      return ['shipped', 'delivered', 'returned', 'partially-returned'].includes(String(status));
    if (Date.now() > deadline) throw new ShopError(`order ${orderId} is still submitted after ${settleMs / 1000} s`);
    await sleep(pauseMs);
  }
}
