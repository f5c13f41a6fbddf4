import type { EventCodec, EventStore } from '@daybook/eventstore';
import type { Container, Runtime } from '@daybook/ports';
import {
  createProjection,
  type Projection,
  type ProjectionDefinition,
  type ReadModelDefinition,
} from '@daybook/projections';
import { type OrderStatus, totalOf } from '@daybook/contracts';
import type { OrderEvent } from '@daybook/order-domain';

/** What a list of orders shows, and what it is searched by. */
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
  /** `placedAt` and the order's id: unique, so lists can go by it, newest first. */
  readonly placedKey: string;
  /**
   * What a search finds it by, in small letters: ids, and of what was submitted also codes and the words of descriptions. Nothing personal:
   * that is withheld here.
   */
  readonly text: string;
}

/** An order of a thousand lines has more words than anybody looks for. */
const textMax = 8_000;

export interface OrderSummarySources {
  readonly readModel: Container;
  readonly store: EventStore;
  readonly codec: EventCodec<OrderEvent>;
}

/** The read model as the feed drives it. */
export function orderSummaryProjection(
  { readModel, store, codec }: OrderSummarySources,
  name = 'orders',
): ProjectionDefinition<OrderSummary> {
  return {
    name,
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

/** Its versions: another one is added here, and stays until no build of it is left. */
export function orderSummaryModel(
  sources: OrderSummarySources,
  runtime: Pick<Runtime, 'now'>,
): ReadModelDefinition<Projection<OrderSummary>> {
  const cache = { max: 5_000, maxAgeMs: 1_000, runtime };
  return {
    name: 'orders',
    versions: [{ version: 1, open: (name) => createProjection({ ...orderSummaryProjection(sources, name), cache }) }],
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
      placedKey: `${recordedAt}~${event.data.orderId}`,
      text: searchText([event.data.orderId, event.data.customerId]),
    };
  }
  if (summary === undefined) return undefined;
  const changed = { ...summary, updatedAt: recordedAt };
  switch (event.type) {
    case 'OrderLineAdded': {
      const { quantity } = event.data.line;
      return edited(changed, { lines: 1, pieces: quantity, amount: totalOf([event.data.line]) });
    }
    case 'OrderLinesRemoved': {
      const { lineCount, quantity, amount } = event.data;
      return edited(changed, { lines: -lineCount, pieces: -quantity, amount: -amount });
    }
    case 'OrderSubmitted': {
      const { lines, total } = event.data;
      const words = lines.flatMap(({ sku, description = '' }) => [sku, description]);
      const text = searchText([summary.orderId, summary.customerId, ...words]);
      return { ...changed, status: 'submitted', total, lineCount: lines.length, pieces: piecesOf(lines), text };
    }
    case 'OrderConfirmed':
      return { ...changed, status: 'confirmed' };
    case 'OrderRejected':
      return { ...changed, status: 'rejected' };
    case 'OrderCancelled':
    case 'OrderDiscarded':
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

function edited(
  draft: OrderSummary,
  { lines, pieces, amount }: { readonly lines: number; readonly pieces: number; readonly amount: number },
): OrderSummary {
  return {
    ...draft,
    lineCount: draft.lineCount + lines,
    pieces: draft.pieces + pieces,
    total: draft.total + amount,
  };
}

/** Each word once. */
function searchText(texts: readonly string[]): string {
  const words = texts.flatMap((text) => text.toLowerCase().split(/\s+/).filter(Boolean));
  return [...new Set(words)].join(' ').slice(0, textMax);
}

function piecesOf(lines: readonly { readonly quantity: number }[]): number {
  return lines.reduce((sum, line) => sum + line.quantity, 0);
}

function unknownEvent(event: never): never {
  throw new Error(`no such order event: ${JSON.stringify(event)}`);
}
