import {
  type OrderCommandMessage,
  type OrderLine,
  oversizedQuantity,
  quantityMax,
  type ShipTo,
  type SkuQuantity,
  totalOf,
} from '@daybook/contracts';
import { type Decider, type Decision, refuse } from '@daybook/ports';
import type { OrderEvent } from './events.ts';
import {
  evolve,
  initialOrder,
  isSent,
  type OrderState,
  returnableLines,
  type SentOrder,
  statusOf,
  worthOf,
} from './state.ts';

export interface PlaceOrder {
  readonly type: 'PlaceOrder';
  readonly data: {
    readonly orderId: string;
    readonly customerId: string;
    readonly currency: string;
    readonly lines: readonly OrderLine[];
    readonly payment: { readonly token: string };
    readonly shipTo?: ShipTo;
  };
}
export interface CancelOrder {
  readonly type: 'CancelOrder';
  readonly data: { readonly reason: string };
}
export interface ShipOrder {
  readonly type: 'ShipOrder';
  readonly data: { readonly carrier: string; readonly trackingNumber: string };
}
export interface DeliverOrder {
  readonly type: 'DeliverOrder';
}
export interface RequestReturn {
  readonly type: 'RequestReturn';
  readonly data: { readonly lines: readonly SkuQuantity[]; readonly reason: string };
}

/** What clients ask for, and (from the fulfilment process) what the order's fate is. */
export type OrderCommand = PlaceOrder | CancelOrder | ShipOrder | DeliverOrder | RequestReturn | OrderCommandMessage;

/** The largest total an order may have, in minor units: what the amount schema of the contracts allows. */
export const orderTotalMax = 1_000_000_000_000;

export function decide(command: OrderCommand, state: OrderState): Decision<OrderEvent> {
  switch (command.type) {
    case 'PlaceOrder':
      return place(command.data, state);
    case 'CancelOrder':
      return cancel(command.data.reason, state);
    case 'ShipOrder':
      return state.status === 'confirmed'
        ? [{ type: 'OrderShipped', data: { orderId: state.orderId, ...command.data } }]
        : wrongStatus(state, 'ship', 'only a confirmed order can be shipped');
    case 'DeliverOrder':
      return state.status === 'shipped'
        ? [{ type: 'OrderDelivered', data: { orderId: state.orderId } }]
        : wrongStatus(state, 'deliver', 'only a shipped order can be delivered');
    case 'RequestReturn':
      return isSent(state)
        ? requestReturn(command.data, state)
        : wrongStatus(state, 'return', 'goods can come back only after they were shipped');
    case 'ConfirmOrder':
      return state.status === 'submitted'
        ? [{ type: 'OrderConfirmed', data: { orderId: state.orderId } }]
        : [lateRequest(command.data.orderId, 'confirm', state)];
    case 'RejectOrder':
      // Confirmed, too: its stock and its money are given back by then, for an operator took a confirmation on its way to have failed.
      return state.status === 'submitted' || state.status === 'confirmed'
        ? [{ type: 'OrderRejected', data: command.data }]
        : [lateRequest(command.data.orderId, 'reject', state)];
    case 'CompleteReturn':
      return completeReturn(command.data, state);
    default:
      return unknownCommand(command);
  }
}

export const orderDecider: Decider<OrderCommand, OrderEvent, OrderState> = { initial: initialOrder, decide, evolve };

function place(data: PlaceOrder['data'], state: OrderState): Decision<OrderEvent> {
  if (state.status !== 'none') {
    return refuse('order-exists', `Order ${data.orderId} exists already and is ${statusOf(state)}.`, {
      currentStatus: statusOf(state),
    });
  }
  const { orderId, customerId, currency, lines, payment, shipTo } = data;
  const oversized = oversizedQuantity(lines);
  if (oversized !== undefined) {
    const { sku, quantity } = oversized;
    return refuse('quantity-too-large', `Of ${sku}, one order may have ${quantityMax} pieces, not ${quantity}.`, {
      ...oversized,
      quantityMax,
    });
  }
  const total = totalOf(lines);
  if (total > orderTotalMax) {
    return refuse('total-too-large', `The order's total of ${total} is more than ${orderTotalMax} minor units.`, {
      total,
      totalMax: orderTotalMax,
    });
  }
  const submitted = { orderId, customerId, currency, lines: [...lines], total, payment };
  return [
    { type: 'OrderDrafted', data: { orderId, customerId, currency } },
    { type: 'OrderSubmitted', data: shipTo === undefined ? submitted : { ...submitted, shipTo } },
  ];
}

function cancel(reason: string, state: OrderState): Decision<OrderEvent> {
  return state.status === 'draft' || state.status === 'submitted' || state.status === 'confirmed'
    ? [{ type: 'OrderCancelled', data: { orderId: state.orderId, reason } }]
    : wrongStatus(state, 'cancel', 'an order can be cancelled until it is shipped');
}

function requestReturn(data: RequestReturn['data'], state: SentOrder): Decision<OrderEvent> {
  const returnable = returnableLines(state);
  const asked = sumBySku(data.lines);
  for (const { sku, quantity } of asked) {
    const available = sumBySku(returnable).find((line) => line.sku === sku)?.quantity ?? 0;
    if (quantity > available) {
      return refuse('return-too-large', `Of ${sku}, ${available} can still be returned, not ${quantity}.`, {
        sku,
        returnable: available,
      });
    }
  }
  return [
    {
      type: 'OrderReturnRequested',
      data: {
        orderId: state.orderId,
        returnId: `${state.orderId}.r${state.returns.length + 1}`,
        lines: asked,
        refund: asked.reduce((sum, line) => sum + worthOf(returnable, line.sku, line.quantity), 0),
        currency: state.currency,
        reason: data.reason,
      },
    },
  ];
}

function completeReturn(
  data: Extract<OrderCommand, { type: 'CompleteReturn' }>['data'],
  state: OrderState,
): Decision<OrderEvent> {
  const open = isSent(state)
    ? state.returns.find((entry) => entry.returnId === data.returnId && !entry.completed)
    : undefined;
  return open === undefined
    ? [lateRequest(data.orderId, 'complete-return', state)]
    : [{ type: 'OrderReturnCompleted', data }];
}

/** The fulfilment process is always answered with an event: a refusal is a fact that it has to learn of. */
function lateRequest(
  orderId: string,
  request: 'confirm' | 'reject' | 'complete-return',
  state: OrderState,
): OrderEvent {
  const status = statusOf(state) ?? 'unknown';
  return {
    type: 'OrderRequestRefused',
    data: { orderId, request, code: `order-${status}`, message: `The order is ${status}: ${request} came too late.` },
  };
}

function wrongStatus(state: OrderState, action: string, rule: string): Decision<OrderEvent> {
  const status = statusOf(state);
  if (status === undefined) return refuse('order-unknown', 'There is no such order.');
  return refuse(`cannot-${action}`, `The order is ${status}: ${rule}.`, { currentStatus: status });
}

function sumBySku(lines: readonly SkuQuantity[]): SkuQuantity[] {
  const sums = new Map<string, number>();
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
  return [...sums].map(([sku, quantity]) => ({ sku, quantity }));
}

function unknownCommand(command: never): never {
  throw new Error(`no such order command: ${JSON.stringify(command)}`);
}
