import { setTimeout as sleep } from 'node:timers/promises';
import { isServiceSku } from '@daybook/contracts';
import { limiter, mapLimited } from './limiter.ts';
import type { Plan, PlannedAdjustment, PlannedOrder, PlannedReturn } from './plan.ts';
import { ReturnDesk, type SoldOrder } from './return-desk.ts';
import { expectStatus, numberIn, type Shop, ShopError } from './shop.ts';

export interface RunOptions {
  readonly shop: Shop;
  /** Begins the key of every command: the same file with the same options gives the same keys. */
  readonly runId: string;
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
    const moved = await adjustStock(shop, `${runId}:row:${step.line}`, step);
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

/**
 * Adjusts, by as much as the shop allows; returns what was moved. A command key that comes back as reused was carried out by an earlier
 * run with what was available then: the events say how much.
 */
async function adjustStock(shop: Shop, key: string, { sku, quantity, line }: PlannedAdjustment): Promise<number> {
  const path = stockPath(sku, 'adjust');
  let wanted = quantity;
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    const answer = await shop.post(
      'inventory',
      path,
      { quantity: wanted, reason: `row ${line} of the trade file` },
      key,
    );
    if (answer.status === 200) return wanted;
    if (answer.status === 422) return adjustedBefore(shop, sku, key);
    if (answer.status === 409 && answer.body['code'] === 'insufficient-stock') {
      const available = numberIn(answer, 'available');
      if (available === 0) return 0;
      wanted = -available;
    } else expectStatus(answer, [200], `adjustment of row ${line}`);
  }
  throw new ShopError(`row ${line}: the stock of ${sku} would not stand still`);
}

async function adjustedBefore(shop: Shop, sku: string, key: string): Promise<number> {
  for (let after: unknown = 0; after !== undefined;) {
    const page = expectStatus(
      await shop.get('inventory', `${stockPath(sku, 'events')}?limit=500&after=${String(after)}`),
      [200],
      sku,
    );
    for (const event of page.body['items'] as { metadata: { commandKey: string }; data: { quantity: number } }[]) {
      if (event.metadata.commandKey === `http:${key}`) return event.data.quantity;
    }
    after = page.body['next'];
  }
  throw new ShopError(`the adjustment ${key} of ${sku} is said to be done, but is not in its events`);
}

export function stockPath(sku: string, action?: string): string {
  return `/v1/stock/${encodeURIComponent(sku)}${action === undefined ? '' : `/${action}`}`;
}
