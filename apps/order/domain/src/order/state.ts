import { type OrderLine, type OrderStatus, type SkuQuantity, totalOf } from '@daybook/contracts';
import type { OrderEvent } from './events.ts';

/** One return of goods, from the request until stock and money are back. */
export interface OrderReturn {
  readonly returnId: string;
  readonly lines: readonly SkuQuantity[];
  /** Minor units. */
  readonly refund: number;
  readonly completed: boolean;
}

interface Begun {
  readonly orderId: string;
  readonly customerId: string;
  readonly currency: string;
  readonly lines: readonly OrderLine[];
  /** Minor units. */
  readonly total: number;
}

/** An order that is being put together. */
export type OrderDraft = Begun & { readonly status: 'draft' };

/** An order as its events leave it. Narrow by `status` first: nothing else is there before an order is begun. */
export type OrderState =
  | { readonly status: 'none' }
  | OrderDraft
  | (Begun & { readonly status: 'submitted' | 'confirmed' })
  | (Begun & { readonly status: 'rejected'; readonly reason: string })
  | (Begun & {
      readonly status: 'cancelled';
      readonly reason: string;
      /** It was still a draft: nobody had committed to anything. */
      readonly discarded?: true;
    })
  | (Begun & {
      readonly status: 'shipped' | 'delivered';
      readonly carrier: string;
      readonly trackingNumber: string;
      readonly returns: readonly OrderReturn[];
    });

export const initialOrder: OrderState = { status: 'none' };

export function evolve(state: OrderState, event: OrderEvent): OrderState {
  if (event.type === 'OrderDrafted') return { ...event.data, status: 'draft', lines: [], total: 0 };
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'OrderLineAdded':
      return isDraft(state) ? withLines(state, [...state.lines, event.data.line]) : state;
    case 'OrderLinesRemoved': {
      const { sku } = event.data;
      return isDraft(state)
        ? withLines(
            state,
            state.lines.filter((line) => line.sku !== sku),
          )
        : state;
    }
    case 'OrderDiscarded':
      return { ...begun(state), status: 'cancelled', reason: event.data.reason, discarded: true };
    case 'OrderSubmitted':
      return { ...begun(state), status: 'submitted', lines: event.data.lines, total: event.data.total };
    case 'OrderConfirmed':
      return { ...begun(state), status: 'confirmed' };
    case 'OrderRejected':
    case 'OrderCancelled':
      return {
        ...begun(state),
        status: event.type === 'OrderRejected' ? 'rejected' : 'cancelled',
        reason: event.data.reason,
      };
    case 'OrderShipped': {
      const { carrier, trackingNumber } = event.data;
      return { ...begun(state), status: 'shipped', carrier, trackingNumber, returns: [] };
    }
    case 'OrderDelivered':
      return isSent(state) ? { ...state, status: 'delivered' } : state;
    case 'OrderReturnRequested': {
      if (!isSent(state)) return state;
      const { returnId, lines, refund } = event.data;
      return { ...state, returns: [...state.returns, { returnId, lines, refund, completed: false }] };
    }
    case 'OrderReturnCompleted': {
      if (!isSent(state)) return state;
      const { returnId } = event.data;
      return {
        ...state,
        returns: state.returns.map((entry) => (entry.returnId === returnId ? { ...entry, completed: true } : entry)),
      };
    }
    case 'OrderRequestRefused':
    case 'OutcomeRepeated':
      return state;
    default:
      return unknownEvent(event);
  }
}

export function isDraft(state: OrderState): state is OrderDraft {
  return state.status === 'draft';
}

/** An order that left the house: the only kind that can come back. */
export type SentOrder = Extract<OrderState, { readonly status: 'shipped' | 'delivered' }>;

export function isSent(state: OrderState): state is SentOrder {
  return state.status === 'shipped' || state.status === 'delivered';
}

/** The status that clients see: once a return is completed, the order is returned, whole or in part. */
export function statusOf(state: OrderState): OrderStatus | undefined {
  if (state.status === 'none') return undefined;
  if (!isSent(state)) return state.status;
  const completed = state.returns.filter((entry) => entry.completed);
  if (completed.length === 0) return state.status;
  const pieces = (lines: readonly { readonly quantity: number }[]): number =>
    lines.reduce((sum, line) => sum + line.quantity, 0);
  const returned = completed.reduce((sum, entry) => sum + pieces(entry.lines), 0);
  return returned === pieces(state.lines) ? 'returned' : 'partially-returned';
}

/** Pieces of each SKU that were sold and not asked back yet, and what they are worth, in the order's own line order. */
export function returnableLines(state: SentOrder): OrderLine[] {
  const asked = new Map<string, number>();
  for (const line of state.returns.flatMap((entry) => entry.lines))
    asked.set(line.sku, (asked.get(line.sku) ?? 0) + line.quantity);
  return state.lines.flatMap((line) => {
    const taken = Math.min(line.quantity, asked.get(line.sku) ?? 0);
    asked.set(line.sku, (asked.get(line.sku) ?? 0) - taken);
    return taken === line.quantity ? [] : [{ ...line, quantity: line.quantity - taken }];
  });
}

/** What `quantity` pieces of a SKU cost in this order, taken from the lines that can still be returned, first line first. */
export function worthOf(lines: readonly OrderLine[], sku: string, quantity: number): number {
  let left = quantity;
  const taken = lines.flatMap((line) => {
    if (line.sku !== sku || left === 0) return [];
    const pieces = Math.min(line.quantity, left);
    left -= pieces;
    return [{ quantity: pieces, unitPrice: line.unitPrice }];
  });
  return totalOf(taken);
}

function withLines(state: OrderDraft, lines: readonly OrderLine[]): OrderDraft {
  return { ...state, lines, total: totalOf(lines) };
}

function begun(state: Begun): Begun {
  const { orderId, customerId, currency, lines, total } = state;
  return { orderId, customerId, currency, lines, total };
}

function unknownEvent(event: never): never {
  throw new Error(`no such order event: ${JSON.stringify(event)}`);
}
