import { fulfilOrderSagaId, returnOrderSagaId, type ShopService } from '@daybook/contracts';
import { mapLimited } from './limiter.ts';
import type { Plan } from './plan.ts';
import { stockPath } from './adjustment.ts';
import type { Trade } from './run-plan.ts';
import { type Answer, expectStatus, numberIn, type Shop } from './shop.ts';

/** One comparison of the books with the file. */
export interface Check {
  readonly what: string;
  /** The code, where it is about the stock of one. */
  readonly sku?: string;
  readonly expected: number;
  readonly booked: number;
}

export interface Books {
  readonly checks: readonly Check[];
}

const readsAtOnce = 16;

/** Reads the shop's books through its own HTTP and sets them beside what the file says. */
export async function readBooks(shop: Shop, plan: Plan, trade: Trade): Promise<Books> {
  return { checks: [...(await checkOrders(shop, trade)), ...(await checkStock(shop, plan, trade))] };
}

interface Line {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: number;
}
interface Return {
  readonly returnId: string;
  readonly lines: readonly Line[];
  readonly refund: number;
  readonly completed: boolean;
}

async function checkOrders(shop: Shop, trade: Trade): Promise<Check[]> {
  const { shipped, rejected, returns } = trade;
  const orders = await mapLimited([...shipped, ...rejected], readsAtOnce, async ({ orderId }) => {
    const order = expectStatus(await shop.get('order', `/v1/orders/${orderId}`), [200], `order ${orderId}`).body;
    const payment = (await shop.get('payment', `/v1/payments/${orderId}`)).body;
    const asked = returnsOf(order);
    const sagaIds = [fulfilOrderSagaId(orderId), ...asked.map(({ returnId }) => returnOrderSagaId(returnId))];
    let ended = 0;
    for (const sagaId of sagaIds) if (await hasEnded(shop, sagaId)) ended += 1;
    return { order, payment, returned: asked.filter((entry) => entry.completed), ended };
  });
  const sent = orders.filter(({ order }) => sentStatuses.has(String(order['status'])));
  const linesSent = sent.flatMap(({ order }) => order['lines'] as Line[]);
  const fileLines = shipped.flatMap(({ lines }) => lines);
  const completed = sent.flatMap(({ returned }) => returned);
  const penceSold = worth(fileLines);
  const penceReturned = sum(returns.map((part) => part.pence));
  const booked = (field: string): number =>
    sum(orders.map(({ payment }) => (typeof payment[field] === 'number' ? payment[field] : 0)));
  const check = (what: string, expected: number, found: number): Check => ({ what, expected, booked: found });
  return [
    check('orders shipped', shipped.length, sent.length),
    check('orders rejected', rejected.length, orders.filter(({ order }) => order['status'] === 'rejected').length),
    check('lines sold', fileLines.length, linesSent.length),
    check('units sold', pieces(fileLines), pieces(linesSent)),
    check('pence sold', penceSold, worth(linesSent)),
    check('units returned', pieces(returns), pieces(completed.flatMap(({ lines }) => lines))),
    check('pence returned', penceReturned, sum(completed.map((entry) => entry.refund))),
    check('captured', penceSold, booked('captured')),
    check('refunded', penceReturned, booked('refunded')),
    check('held for orders that are over', 0, sum(orders.map(({ payment }) => openHold(payment)))),
    check('sagas ended', orders.length + returns.length, sum(orders.map(({ ended }) => ended))),
  ];
}

async function checkStock(shop: Shop, plan: Plan, trade: Trade): Promise<Check[]> {
  const expected = stockByTheFile(plan, trade);
  const checks = await mapLimited(plan.skus, readsAtOnce, async (sku): Promise<Check[]> => {
    const stock = await shop.get('inventory', stockPath(sku));
    const booked = (field: string): number => (stock.status === 200 ? numberIn(stock, field) : 0);
    return [
      { what: `on hand of ${sku}`, sku, expected: expected.get(sku) ?? 0, booked: booked('onHand') },
      { what: `reserved of ${sku}`, sku, expected: 0, booked: booked('reserved') },
    ];
  });
  return checks.flat();
}

const sentStatuses: ReadonlySet<string> = new Set(['shipped', 'delivered', 'returned', 'partially-returned']);

function returnsOf(order: Readonly<Record<string, unknown>>): readonly Return[] {
  return (order['returns'] ?? []) as Return[];
}

async function hasEnded(shop: Shop, sagaId: string): Promise<boolean> {
  const { status, body } = await shop.get('fulfilment', `/v1/sagas/${encodeURIComponent(sagaId)}`);
  return status === 200 && (body['status'] === 'completed' || body['status'] === 'compensated');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function pieces(lines: readonly { readonly quantity: number }[]): number {
  return sum(lines.map((line) => line.quantity));
}

function worth(lines: readonly { readonly quantity: number; readonly unitPrice: number }[]): number {
  return sum(lines.map((line) => line.quantity * line.unitPrice));
}

/** Events in all streams that the plan touches: the sum of their versions. */
export async function countEvents(shop: Shop, plan: Plan): Promise<number> {
  let events = 0;
  const count = async (service: ShopService, path: string): Promise<Answer> => {
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
    for (const { returnId } of returnsOf(order.body)) await countSaga(returnOrderSagaId(returnId));
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
