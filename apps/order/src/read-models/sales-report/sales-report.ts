import type { EventCodec, EventStore } from '@daybook/eventstore';
import {
  evolve,
  initialOrder,
  isSent,
  type OrderEvent,
  type OrderState,
  returnableLines,
  worthOf,
} from '@daybook/order-domain';
import type { Container, Runtime } from '@daybook/ports';
import {
  createTotals,
  type ReadModelDefinition,
  type Share,
  type Totals,
  type TotalsDefinition,
} from '@daybook/projections';

/** What was sold of one SKU on one day, and what came back of it on that day. Amounts in minor units. */
export interface DailySales {
  /** UTC, `2010-12-01`: the day on which orders were placed, or on which returns were completed. */
  readonly day: string;
  readonly sku: string;
  readonly currency: string;
  /** Pieces of orders that were accepted; of a cancelled one they are taken back. */
  readonly units: number;
  readonly revenue: number;
  /** Pieces that came back, and what was paid back for them. */
  readonly returned: number;
  readonly refunded: number;
}

interface ReturnedSku {
  readonly sku: string;
  readonly quantity: number;
  readonly refund: number;
}

/** An order as the report needs it. */
export interface SoldOrder {
  readonly order: OrderState;
  readonly placedOn?: string;
  /** Returns under way, by their id. */
  readonly open: Readonly<Record<string, readonly ReturnedSku[]>>;
  readonly returned: readonly { readonly day: string; readonly lines: readonly ReturnedSku[] }[];
}

export interface SalesReportSources {
  /** Its container; partition key `/partition`. */
  readonly totals: Container;
  readonly store: EventStore;
  readonly codec: EventCodec<OrderEvent>;
  readonly runtime: Runtime;
}

const initial: SoldOrder = { order: initialOrder, open: {}, returned: [] };

/** A report need not be there at once, and its feed is read less often for it. */
const pollMinMs = 250;

/** The read model: one total per day, SKU and currency. */
export function salesReportModel(
  sources: SalesReportSources,
): ReadModelDefinition<Totals<DailySales>> & { readonly definition: TotalsDefinition<SoldOrder> } {
  const { totals, store, codec, runtime } = sources;
  const definition: TotalsDefinition<SoldOrder> = {
    ...{ name: 'sales', container: totals, runtime, streams: 'order-', contribute: salesOf },
    project: (before, stored) =>
      codec
        .decodeAll(stored)
        .reduce<SoldOrder>((sold, event) => projectSoldOrder(sold, event, stored.recordedAt), before ?? initial),
    readStream: async (streamId, afterVersion) => (await store.read({ streamId, afterVersion })).events,
  };
  return {
    name: 'sales',
    pollMinMs,
    definition,
    versions: [{ version: 1, open: (name) => createTotals<SoldOrder, DailySales>({ ...definition, name }) }],
  };
}

/** Pure: the order after an event. */
export function projectSoldOrder(sold: SoldOrder, event: OrderEvent, recordedAt: string): SoldOrder {
  const day = recordedAt.slice(0, 10);
  const next = { ...sold, order: evolve(sold.order, event) };
  switch (event.type) {
    case 'OrderSubmitted':
      return { ...next, placedOn: day };
    case 'OrderReturnRequested': {
      if (!isSent(sold.order)) return next;
      const returnable = returnableLines(sold.order);
      const { returnId, lines } = event.data;
      const worth = lines.map((line) => ({ ...line, refund: worthOf(returnable, line.sku, line.quantity) }));
      return { ...next, open: { ...sold.open, [returnId]: worth } };
    }
    case 'OrderReturnCompleted': {
      const { [event.data.returnId]: lines, ...open } = sold.open;
      return lines === undefined ? next : { ...next, open, returned: [...sold.returned, { day, lines }] };
    }
    default:
      return next;
  }
}

/** Pure: what the order adds to the report. */
export function salesOf({ order, placedOn, returned }: SoldOrder): readonly Share[] {
  if (order.status === 'none' || placedOn === undefined) return [];
  if (order.status !== 'confirmed' && !isSent(order)) return [];
  const { currency } = order;
  const shares = new Map<string, Share>();
  const add = (day: string, sku: string, values: Readonly<Record<string, number>>): void => {
    const before = shares.get(`${day}~${sku}`)?.values ?? { units: 0, revenue: 0, returned: 0, refunded: 0 };
    const sums = Object.fromEntries(Object.entries(before).map(([field, sum]) => [field, sum + (values[field] ?? 0)]));
    shares.set(`${day}~${sku}`, {
      ...{ partition: day, key: `${sku}~${currency}`, fields: { day, sku, currency } },
      values: sums,
    });
  };
  for (const { sku, quantity, unitPrice } of order.lines) {
    add(placedOn, sku, { units: quantity, revenue: quantity * unitPrice });
  }
  for (const { day, lines } of returned) {
    for (const { sku, quantity, refund } of lines) add(day, sku, { returned: quantity, refunded: refund });
  }
  return [...shares.values()];
}
