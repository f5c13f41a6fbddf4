import {
  type OrderLine,
  orderLinesMax,
  oversizedQuantity,
  quantityMax,
  type ShipTo,
  totalOf,
} from '@daybook/contracts';
import { type Decision, type Refusal, refuse } from '@daybook/ports';
import type { OrderEvent } from './events.ts';
import { type OrderDraft, type OrderState, statusOf } from './state.ts';

/** The largest total an order may have, in minor units: what the amount schema of the contracts allows. */
export const orderTotalMax = 1_000_000_000_000;

/** Whose order it is. */
export interface Opening {
  readonly orderId: string;
  readonly customerId: string;
  readonly currency: string;
}

/** What the customer commits to an order with. */
export interface Submission {
  readonly payment: { readonly token: string };
  readonly shipTo?: ShipTo;
}

export function open({ orderId, customerId, currency }: Opening, state: OrderState): Decision<OrderEvent> {
  if (state.status === 'none') return [{ type: 'OrderDrafted', data: { orderId, customerId, currency } }];
  return refuse('order-exists', `Order ${orderId} exists already and is ${statusOf(state)}.`, {
    currentStatus: statusOf(state),
  });
}

/** Opens, fills and submits at once: what is between would be nobody's business. */
export function place(
  { lines, ...data }: Opening & Submission & { readonly lines: readonly OrderLine[] },
  state: OrderState,
): Decision<OrderEvent> {
  const opened = open(data, state);
  if ('refused' in opened) return opened;
  const submitted = submit(data, { ...data, lines });
  return 'refused' in submitted ? submitted : [...opened, ...submitted];
}

export function addLine(line: OrderLine, draft: OrderDraft): Decision<OrderEvent> {
  return (
    tooMuch([...draft.lines, line]) ?? [{ type: 'OrderLineAdded', data: { orderId: draft.orderId, line: { ...line } } }]
  );
}

export function removeLines(sku: string, { orderId, lines }: OrderDraft): Decision<OrderEvent> {
  const removed = lines.filter((line) => line.sku === sku);
  if (removed.length === 0) return refuse('line-unknown', `The draft has no line of ${sku}.`, { sku });
  const quantity = removed.reduce((sum, line) => sum + line.quantity, 0);
  const data = { orderId, sku, lineCount: removed.length, quantity, amount: totalOf(removed) };
  return [{ type: 'OrderLinesRemoved', data }];
}

export function submit(
  { payment, shipTo }: Submission,
  { orderId, customerId, currency, lines }: Opening & { readonly lines: readonly OrderLine[] },
): Decision<OrderEvent> {
  if (lines.length === 0) return refuse('draft-empty', 'The draft has no line yet: there is nothing to submit.');
  const refusal = tooMuch(lines);
  if (refusal !== undefined) return refusal;
  const submitted = { orderId, customerId, currency, lines: [...lines], total: totalOf(lines), payment };
  return [{ type: 'OrderSubmitted', data: shipTo === undefined ? submitted : { ...submitted, shipTo } }];
}

/** More than an order may have, and of what. */
function tooMuch(lines: readonly OrderLine[]): Refusal | undefined {
  if (lines.length > orderLinesMax) {
    return refuse('too-many-lines', `An order may have ${orderLinesMax} lines, not ${lines.length}.`, {
      linesMax: orderLinesMax,
    });
  }
  const oversized = oversizedQuantity(lines);
  if (oversized !== undefined) {
    const { sku, quantity } = oversized;
    return refuse('quantity-too-large', `Of ${sku}, one order may have ${quantityMax} pieces, not ${quantity}.`, {
      ...oversized,
      quantityMax,
    });
  }
  const total = totalOf(lines);
  if (total <= orderTotalMax) return undefined;
  return refuse('total-too-large', `The order's total of ${total} is more than ${orderTotalMax} minor units.`, {
    total,
    totalMax: orderTotalMax,
  });
}
