import type { EventCodec, EventStore } from '@daybook/eventstore';
import { evolve, initialOrder, isSent, type OrderEvent, type OrderState } from '@daybook/order-domain';
import type { Container, Runtime } from '@daybook/ports';
import {
  createTotals,
  type ReadModelDefinition,
  type Share,
  type Totals,
  type TotalsDefinition,
} from '@daybook/projections';

/** What a customer has ordered in one currency. Amounts in minor units. */
export interface CustomerTotals {
  readonly customerId: string;
  readonly currency: string;
  /** Orders that were submitted, whatever became of them. */
  readonly orders: number;
  /** Of those: cancelled or rejected. */
  readonly lost: number;
  /** Totals of the orders that were accepted and not cancelled. */
  readonly spent: number;
  /** Paid back for completed returns. */
  readonly refunded: number;
}

export interface CustomerTotalsSources {
  /** Its container; partition key `/partition`. */
  readonly totals: Container;
  readonly store: EventStore;
  readonly codec: EventCodec<OrderEvent>;
  readonly runtime: Runtime;
}

const pollMinMs = 250;

/** The read model: one total per customer and currency. */
export function customerTotalsModel(
  sources: CustomerTotalsSources,
): ReadModelDefinition<Totals<CustomerTotals>> & { readonly definition: TotalsDefinition<OrderState> } {
  const { totals, store, codec, runtime } = sources;
  const definition: TotalsDefinition<OrderState> = {
    ...{ name: 'customers', container: totals, runtime, streams: 'order-', contribute: customerShare },
    project: (before, stored) => codec.decodeAll(stored).reduce(evolve, before ?? initialOrder),
    readStream: async (streamId, afterVersion) => (await store.read({ streamId, afterVersion })).events,
  };
  return {
    name: 'customers',
    pollMinMs,
    definition,
    versions: [{ version: 1, open: (name) => createTotals<OrderState, CustomerTotals>({ ...definition, name }) }],
  };
}

/** Pure: what the order adds to its customer's totals. */
export function customerShare(order: OrderState): readonly Share[] {
  if (order.status === 'none' || order.status === 'draft') return [];
  if (order.status === 'cancelled' && order.discarded === true) return [];
  const { customerId, currency, status, total } = order;
  const isLost = status === 'cancelled' || status === 'rejected';
  const isAccepted = status === 'confirmed' || isSent(order);
  const completed = isSent(order) ? order.returns.filter((each) => each.completed) : [];
  return [
    {
      ...{ partition: customerId, key: currency, fields: { customerId, currency } },
      values: {
        orders: 1,
        lost: isLost ? 1 : 0,
        spent: isAccepted ? total : 0,
        refunded: completed.reduce((sum, { refund }) => sum + refund, 0),
      },
    },
  ];
}
