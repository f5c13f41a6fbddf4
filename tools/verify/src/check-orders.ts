import {
  fulfilOrderSagaId,
  isServiceSku,
  orderStream,
  paymentStream,
  returnOrderSagaId,
  sagaStream,
  stockStream,
} from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import { isSent, type OrderState, type SentOrder } from '@daybook/order-domain';
import type { PaymentState } from '@daybook/payment-domain';
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
  for (const [streamId, state] of states.orders) {
    if (state.status === 'none' || state.status === 'draft') continue;
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
    if (isSent(state)) report.check('what was shipped left the stock', streamId, shippedProblem(state, histories));
  }
  for (const [streamId] of states.payments) {
    const orderId = streamId.slice('payment-'.length);
    report.check(
      'every payment has its order',
      streamId,
      !states.orders.has(orderStream(orderId)) && 'there is no such order',
    );
  }
  return { byProgress, byOutcome };
}

const has = (events: readonly StoredEvent[], ...types: readonly string[]): boolean =>
  events.some((event) => types.includes(event.type));

function isParked(events: readonly StoredEvent[]): boolean {
  const last = events.findLast((event) => event.type === 'SagaParked' || event.type === 'SagaUnparked');
  return last?.type === 'SagaParked';
}

function progressOf(saga: readonly StoredEvent[], state: OrderState, histories: AllHistories): Progress {
  const sagas = [saga];
  if (isSent(state)) {
    for (const { returnId } of state.returns) {
      sagas.push(histories.fulfilment.get(sagaStream(returnOrderSagaId(returnId))) ?? []);
    }
  }
  const open = sagas.filter((events) => !has(events, 'SagaCompleted', 'SagaCompensated'));
  if (open.some(isParked)) return 'parked';
  if (open.length === 0) return 'over';
  return state.status === 'confirmed' ? 'waiting for shipment' : 'in flight';
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

function shippedProblem(state: SentOrder, histories: AllHistories): string | undefined {
  const missing = state.lines
    .filter(({ sku }) => !isServiceSku(sku))
    .filter(({ sku }) => {
      const committed = (histories.inventory.get(stockStream(sku)) ?? []).filter(
        ({ type, data }) => type === 'StockCommitted' && data['orderId'] === state.orderId,
      );
      const pieces = committed.reduce((sum, { data }) => sum + Number(data['quantity']), 0);
      const sold = state.lines.reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0);
      return pieces !== sold;
    });
  return missing.length === 0
    ? undefined
    : `${missing.map(({ sku }) => sku).join(', ')} did not leave the stock as sold`;
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
