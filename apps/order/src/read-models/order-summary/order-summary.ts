import type { EventCodec, EventStore } from '@daybook/eventstore';
import type { Container } from '@daybook/ports';
import type { ProjectionDefinition } from '@daybook/projections';
import type { OrderStatus } from '@daybook/contracts';
import type { OrderEvent } from '@daybook/order-domain';

/** What a list of orders shows. */
export interface OrderSummary {
  readonly orderId: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly currency: string;
  /** Minor units. */
  readonly total: number;
  readonly lineCount: number;
  /** Pieces sold, and of those the ones that came back. */
  readonly pieces: number;
  readonly piecesReturned: number;
  /** Pieces of returns that are under way, by return id. */
  readonly openReturns: Readonly<Record<string, number>>;
  readonly placedAt: string;
  readonly updatedAt: string;
}

export interface OrderSummarySources {
  readonly readModel: Container;
  readonly store: EventStore;
  readonly codec: EventCodec<OrderEvent>;
}

/** The read model as the feed drives it. */
export function orderSummaryProjection({
  readModel,
  store,
  codec,
}: OrderSummarySources): ProjectionDefinition<OrderSummary> {
  return {
    name: 'orders',
    readModel,
    streams: 'order-',
    project: (before, stored) =>
      codec
        .decodeAll(stored)
        .reduce<OrderSummary | undefined>(
          (summary, event) => projectOrderSummary(summary, event, stored.recordedAt),
          before,
        ),
    readStream: async (streamId, afterVersion) => (await store.read({ streamId, afterVersion })).events,
  };
}

/** Pure: the summary after an event. */
export function projectOrderSummary(
  summary: OrderSummary | undefined,
  event: OrderEvent,
  recordedAt: string,
): OrderSummary | undefined {
  if (event.type === 'OrderDrafted') {
    return {
      ...event.data,
      status: 'draft',
      total: 0,
      lineCount: 0,
      pieces: 0,
      piecesReturned: 0,
      openReturns: {},
      placedAt: recordedAt,
      updatedAt: recordedAt,
    };
  }
  if (summary === undefined) return undefined;
  const changed = { ...summary, updatedAt: recordedAt };
  switch (event.type) {
    case 'OrderSubmitted': {
      const { lines, total } = event.data;
      return { ...changed, status: 'submitted', total, lineCount: lines.length, pieces: piecesOf(lines) };
    }
    case 'OrderConfirmed':
      return { ...changed, status: 'confirmed' };
    case 'OrderRejected':
      return { ...changed, status: 'rejected' };
    case 'OrderCancelled':
      return { ...changed, status: 'cancelled' };
    case 'OrderShipped':
      return { ...changed, status: 'shipped' };
    case 'OrderDelivered':
      return { ...changed, status: summary.piecesReturned === 0 ? 'delivered' : summary.status };
    case 'OrderReturnRequested': {
      const { returnId, lines } = event.data;
      return { ...changed, openReturns: { ...summary.openReturns, [returnId]: piecesOf(lines) } };
    }
    case 'OrderReturnCompleted': {
      const { [event.data.returnId]: pieces = 0, ...openReturns } = summary.openReturns;
      const piecesReturned = summary.piecesReturned + pieces;
      const status = piecesReturned === summary.pieces ? 'returned' : 'partially-returned';
      return { ...changed, status, piecesReturned, openReturns };
    }
    case 'OrderRequestRefused':
    case 'OutcomeRepeated':
      return summary;
    default:
      return unknownEvent(event);
  }
}

function piecesOf(lines: readonly { readonly quantity: number }[]): number {
  return lines.reduce((sum, line) => sum + line.quantity, 0);
}

function unknownEvent(event: never): never {
  throw new Error(`no such order event: ${JSON.stringify(event)}`);
}
