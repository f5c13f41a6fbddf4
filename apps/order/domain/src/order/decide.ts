import type { OrderCommandMessage, OrderLine, SkuQuantity } from '@daybook/contracts';
import { type Decider, type Decision, refuse } from '@daybook/ports';
import { addLine, open, type Opening, place, removeLines, submit, type Submission } from './drafting.ts';
import type { OrderEvent } from './events.ts';
import {
  evolve,
  initialOrder,
  isDraft,
  isSent,
  type OrderState,
  returnableLines,
  type SentOrder,
  statusOf,
  worthOf,
} from './state.ts';

/** Opens an order and submits it, at once. */
export interface PlaceOrder {
  readonly type: 'PlaceOrder';
  readonly data: Opening & Submission & { readonly lines: readonly OrderLine[] };
}
export interface DraftOrder {
  readonly type: 'DraftOrder';
  readonly data: Opening;
}
export interface AddLine {
  readonly type: 'AddLine';
  readonly data: OrderLine;
}
/** Takes every line of a SKU out of a draft. */
export interface RemoveLines {
  readonly type: 'RemoveLines';
  readonly data: { readonly sku: string };
}
export interface SubmitOrder {
  readonly type: 'SubmitOrder';
  readonly data: Submission;
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
export type OrderCommand =
  | PlaceOrder
  | DraftOrder
  | AddLine
  | RemoveLines
  | SubmitOrder
  | CancelOrder
  | ShipOrder
  | DeliverOrder
  | RequestReturn
  | OrderCommandMessage;

export function decide(command: OrderCommand, state: OrderState): Decision<OrderEvent> {
  switch (command.type) {
    case 'PlaceOrder':
      return place(command.data, state);
    case 'DraftOrder':
      return open(command.data, state);
    case 'AddLine':
      return isDraft(state) ? addLine(command.data, state) : wrongStatus(state, 'edit', onlyDrafts);
    case 'RemoveLines':
      return isDraft(state) ? removeLines(command.data.sku, state) : wrongStatus(state, 'edit', onlyDrafts);
    case 'SubmitOrder':
      return isDraft(state) ? submit(command.data, state) : wrongStatus(state, 'submit', 'it was submitted before');
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

const onlyDrafts = 'its lines are what was submitted; only a draft can be edited';

function cancel(reason: string, state: OrderState): Decision<OrderEvent> {
  if (isDraft(state)) return [{ type: 'OrderDiscarded', data: { orderId: state.orderId, reason } }];
  return state.status === 'submitted' || state.status === 'confirmed'
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
