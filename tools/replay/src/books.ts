import { fulfilOrderSagaId, returnOrderSagaId } from '@daybook/contracts';
import { mapLimited } from './limiter.ts';
import type { Plan } from './plan.ts';
import { stockPath, type Trade } from './run-plan.ts';
import { type Answer, expectStatus, numberIn, type Shop, type ShopUrls } from './shop.ts';

/** One comparison of the books with the file. */
export interface Check {
  readonly what: string;
  readonly expected: number;
  readonly booked: number;
}

export interface Books {
  readonly checks: readonly Check[];
}

const readsAtOnce = 16;

/** Reads the shop's books through its own HTTP and sets them beside what the file says. */
export async function readBooks(shop: Shop, plan: Plan, trade: Trade): Promise<Books> {
  const checks: Check[] = [];
  const check = (what: string, expected: number, booked: number): void => {
    checks.push({ what, expected, booked });
  };
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

  const { shipped, rejected, returns } = trade;
  const orders = await mapLimited([...shipped, ...rejected], readsAtOnce, async ({ orderId }) => {
    const order = expectStatus(await shop.get('order', `/v1/orders/${orderId}`), [200], `order ${orderId}`);
    const payment = await shop.get('payment', `/v1/payments/${orderId}`);
    return { orderId, order: order.body, payment: payment.body };
  });
  const sent = orders.filter(({ order }) =>
    ['shipped', 'delivered', 'returned', 'partially-returned'].includes(String(order['status'])),
  );
  type Line = { sku: string; quantity: number; unitPrice: number };
  const linesSent = sent.flatMap(({ order }) => order['lines'] as Line[]);
  const fileLines = shipped.flatMap(({ lines }) => lines);
  const penceSold = sum(fileLines.map((line) => line.quantity * line.unitPrice));
  const penceReturned = sum(returns.map((part) => part.pence));
  check('orders shipped', shipped.length, sent.length);
  check('orders rejected', rejected.length, orders.filter(({ order }) => order['status'] === 'rejected').length);
  check('lines sold', fileLines.length, linesSent.length);
  check('units sold', sum(fileLines.map((line) => line.quantity)), sum(linesSent.map((line) => line.quantity)));
  check('pence sold', penceSold, sum(linesSent.map((line) => line.quantity * line.unitPrice)));

  type Return = { returnId: string; lines: Line[]; refund: number; completed: boolean };
  const completed = sent.flatMap(({ order }) => (order['returns'] as Return[]).filter((entry) => entry.completed));
  check(
    'units returned',
    sum(returns.map((part) => part.quantity)),
    sum(completed.flatMap((entry) => entry.lines.map((line) => line.quantity))),
  );
  check('pence returned', penceReturned, sum(completed.map((entry) => entry.refund)));
  const booked = (field: string): number =>
    sum(orders.map(({ payment }) => (typeof payment[field] === 'number' ? payment[field] : 0)));
  check('captured', penceSold, booked('captured'));
  check('refunded', penceReturned, booked('refunded'));
  check('held for orders that are over', 0, sum(orders.map(({ payment }) => openHold(payment))));

  const expectedStock = stockByTheFile(plan, trade);
  const stocks = await mapLimited(plan.skus, readsAtOnce, async (sku) => ({
    sku,
    stock: await shop.get('inventory', stockPath(sku)),
  }));
  for (const { sku, stock } of stocks) {
    const here = stock.status === 200;
    check(`on hand of ${sku}`, expectedStock.get(sku) ?? 0, here ? numberIn(stock, 'onHand') : 0);
    check(`reserved of ${sku}`, 0, here ? numberIn(stock, 'reserved') : 0);
  }
  return { checks };
}

/** Events in all streams that the plan touches: the sum of their versions. */
export async function countEvents(shop: Shop, plan: Plan): Promise<number> {
  let events = 0;
  const count = async (service: keyof ShopUrls, path: string): Promise<Answer> => {
    const answer = await shop.get(service, path);
    if (answer.status === 200) events += numberIn(answer, 'version');
    return answer;
  };
  const countSaga = (sagaId: string): Promise<Answer> => count('fulfilment', `/v1/sagas/${encodeURIComponent(sagaId)}`);
  await mapLimited(plan.steps, readsAtOnce, async (step) => {
    if (step.kind !== 'order') return;
    const order = await count('order', `/v1/orders/${step.orderId}`);
    if (order.status !== 200) return;
    await count('payment', `/v1/payments/${step.orderId}`);
    await countSaga(fulfilOrderSagaId(step.orderId));
    const returns = (order.body['returns'] ?? []) as { returnId: string }[];
    for (const { returnId } of returns) await countSaga(returnOrderSagaId(returnId));
  });
  await mapLimited(plan.skus, readsAtOnce, (sku) => count('inventory', stockPath(sku)));
  return events;
}

/** Opening + adjustments − shipped + restocked, by stocked code. */
function stockByTheFile(plan: Plan, trade: Trade): Map<string, number> {
  const stock = new Map(plan.openings);
  const move = (sku: string, quantity: number): void => {
    if (plan.skus.has(sku)) stock.set(sku, (stock.get(sku) ?? 0) + quantity);
  };
  for (const [sku, quantity] of trade.adjusted) move(sku, quantity);
  for (const line of trade.shipped.flatMap(({ lines }) => lines)) move(line.sku, -line.quantity);
  for (const part of trade.returns) move(part.sku, part.quantity);
  return stock;
}

/** Authorized and neither captured nor voided. */
function openHold(payment: Readonly<Record<string, unknown>>): number {
  const { status, authorized } = payment;
  return ['authorizing', 'authorized', 'voiding', 'capturing', 'unknown'].includes(String(status)) &&
    typeof authorized === 'number'
    ? authorized
    : 0;
}

export function differences(books: Books): readonly Check[] {
  return books.checks.filter(({ expected, booked }) => expected !== booked);
}
