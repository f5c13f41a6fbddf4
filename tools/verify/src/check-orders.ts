import { fulfilOrderSagaId, orderStream, paymentStream, returnOrderSagaId, sagaStream } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import { isSent, type OrderReturn, type OrderState } from '@daybook/order-domain';
import { type PaymentState, refundOf } from '@daybook/payment-domain';
import { type Goods, goodsOf } from './goods.ts';
import { has, isFinished, isParked } from './saga-history.ts';
import type { AllHistories } from './histories.ts';
import type { Report } from './finding.ts';
import type { States } from './check-aggregates.ts';

/** How far the fulfilment of one order is. */
type Progress = 'in flight' | 'parked' | 'waiting for shipment' | 'over';

export interface OrderCounts {
  /** Orders by how far they are; only those that are over can be held to everything. */
  readonly byProgress: Readonly<Record<Progress, number>>;
  readonly byOutcome: Readonly<Record<string, number>>;
}

/**
 * The invariants across services: for every order the customer's status, the stock and the money tell the same story. An order whose
 * fulfilment is under way is counted and left alone: in between, the services may differ.
 */
export function checkOrders(histories: AllHistories, states: States, report: Report): OrderCounts {
  const byProgress: Record<Progress, number> = { 'in flight': 0, parked: 0, 'waiting for shipment': 0, over: 0 };
  const byOutcome: Record<string, number> = {};
  const reservations = reservationsByOrder(states);
  const goods = goodsOf(histories.inventory);
  for (const [streamId, state] of states.orders) {
    if (state.status === 'none') continue;
    if (!isSubmitted(state)) {
      const early = askedProblem(state.orderId, histories, states, reservations);
      report.check('nothing is asked for before an order is submitted', streamId, early);
      continue;
    }
    const { orderId } = state;
    const saga = histories.fulfilment.get(sagaStream(fulfilOrderSagaId(orderId))) ?? [];
    const progress = progressOf(saga, state, histories);
    byProgress[progress] += 1;
    if (progress !== 'over') continue;
    byOutcome[state.status] = (byOutcome[state.status] ?? 0) + 1;
    const payment = states.payments.get(paymentStream(orderId)) ?? { status: 'none' };
    report.check('money agrees with the order', streamId, moneyProblem(state, payment));
    report.check(
      'nothing is held for an order that is over',
      streamId,
      heldProblem(payment, reservations.get(orderId)),
    );
    report.check('the saga ended as the order did', streamId, outcomeProblem(saga, state));
    if (!isSent(state)) continue;
    report.check('what was shipped left the stock', streamId, goods.shippedProblem(state));
    for (const entry of state.returns) {
      const about = `${streamId} ${entry.returnId}`;
      report.check('what was returned is back in the stock', about, goods.returnedProblem(entry));
      report.check('what was returned is refunded and completed', about, returnProblem(entry, payment));
    }
  }
  checkBeforeShipping(states, goods, report);
  return { byProgress, byOutcome };
}

/** A draft, even one that was given up, has asked for nothing yet. */
function isSubmitted(state: OrderState): state is Exclude<OrderState, { readonly status: 'none' | 'draft' }> {
  if (state.status === 'none' || state.status === 'draft') return false;
  return state.status !== 'cancelled' || state.discarded !== true;
}

function progressOf(saga: readonly StoredEvent[], state: OrderState, histories: AllHistories): Progress {
  const sagas = [saga];
  if (isSent(state)) {
    for (const { returnId } of state.returns) {
      sagas.push(histories.fulfilment.get(sagaStream(returnOrderSagaId(returnId))) ?? []);
    }
  }
  const open = sagas.filter((events) => !isFinished(events));
  if (open.some(isParked)) return 'parked';
  if (open.length === 0) return 'over';
  return state.status === 'confirmed' ? 'waiting for shipment' : 'in flight';
}

/** A draft is the customer's own business: no saga, no money, no stock. */
function askedProblem(
  orderId: string,
  { fulfilment }: AllHistories,
  { payments }: States,
  reservations: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  if (fulfilment.has(sagaStream(fulfilOrderSagaId(orderId)))) return 'it is no more than a draft, and it has a saga';
  if (payments.has(paymentStream(orderId))) return 'it is no more than a draft, and it has a payment';
  const reserved = reservations.get(orderId);
  return reserved && `it is no more than a draft, and pieces of ${reserved.join(', ')} are reserved for it`;
}

/** Whatever else is under way: no money is taken and nothing leaves the stock but for an order that was shipped. */
function checkBeforeShipping(states: States, goods: Goods, report: Report): void {
  const isShipped = (orderId: string): boolean => {
    const order = states.orders.get(orderStream(orderId));
    return order !== undefined && isSent(order);
  };
  for (const [streamId, payment] of states.payments) {
    const orderId = streamId.slice('payment-'.length);
    const known = states.orders.has(orderStream(orderId));
    report.check('every payment has its order', streamId, !known && 'there is no such order');
    if (payment.status === 'none' || payment.captured === 0) continue;
    const early = !isShipped(orderId) && `${payment.captured} is captured, but the order is not shipped`;
    report.check('nothing is taken before it is shipped', streamId, early);
  }
  for (const orderId of goods.ordersWithCommits) {
    const early = !isShipped(orderId) && 'pieces left the stock for it, but it is not shipped';
    report.check('nothing is taken before it is shipped', orderStream(orderId), early);
  }
}

function returnProblem({ returnId, refund, completed }: OrderReturn, payment: PaymentState): string | undefined {
  if (!completed) return 'its saga has completed, the return has not';
  if (refund === 0) return undefined;
  const paid = payment.status === 'none' ? undefined : refundOf(payment, returnId);
  if (paid?.completed !== true) return `${refund} is not refunded`;
  return paid.amount === refund ? undefined : `it is worth ${refund}, but ${paid.amount} is refunded`;
}

/** Captured − refunded is what was shipped and has not come back; other orders were never charged. */
function moneyProblem(state: OrderState, payment: PaymentState): string | undefined {
  if (state.status === 'none') return undefined;
  const captured = payment.status === 'none' ? 0 : payment.captured;
  const refunded = payment.status === 'none' ? 0 : payment.refunded;
  const refunds = isSent(state) ? state.returns.reduce((sum, entry) => sum + entry.refund, 0) : 0;
  const owed = isSent(state) ? state.total : 0;
  if (captured !== owed)
    return `the order is ${state.status} with a total of ${owed} to pay, but ${captured} is captured`;
  // Operators may refund beyond returns; less than the returns must never be refunded.
  return refunded < refunds ? `returns are worth ${refunds}, but ${refunded} is refunded` : undefined;
}

function heldProblem(payment: PaymentState, reserved: readonly string[] | undefined): string | undefined {
  if (['authorizing', 'authorized', 'unknown', 'voiding', 'capturing'].includes(payment.status)) {
    return `its payment is still ${payment.status}`;
  }
  return reserved === undefined ? undefined : `pieces of ${reserved.join(', ')} are still reserved`;
}

function outcomeProblem(saga: readonly StoredEvent[], state: OrderState): string | undefined {
  const expected = isSent(state) ? 'SagaCompleted' : 'SagaCompensated';
  return has(saga, expected) ? undefined : `the order is ${state.status}, but its saga has no ${expected}`;
}

/** Codes with an open reservation, by order. */
function reservationsByOrder(states: States): Map<string, string[]> {
  const orders = new Map<string, string[]>();
  for (const [streamId, { open }] of states.stock) {
    for (const reservationId of Object.keys(open)) {
      const orderId = reservationId.split('~')[0] ?? reservationId;
      orders.set(orderId, [...(orders.get(orderId) ?? []), streamId.slice('stock-'.length)]);
    }
  }
  return orders;
}
