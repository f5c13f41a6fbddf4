import type { EventCodec, EventStore } from '@daybook/eventstore';
import type { Container } from '@daybook/ports';
import {
  createProjection,
  type Projection,
  type ProjectionDefinition,
  type ReadModelDefinition,
} from '@daybook/projections';
import type { PaymentStatus } from '@daybook/contracts';
import { evolve, initialPayment, type PaymentEvent, type PaymentState, statusOf } from '@daybook/payment-domain';

/** What clients see of a payment. Amounts in minor units. */
export interface PaymentView {
  readonly paymentId: string;
  readonly orderId: string;
  readonly status: PaymentStatus;
  readonly currency: string;
  readonly authorized: number;
  readonly captured: number;
  readonly refunded: number;
}

/** `undefined` while there is no payment. */
export function paymentView(state: PaymentState): PaymentView | undefined {
  const status = statusOf(state);
  if (state.status === 'none' || status === undefined) return undefined;
  const { paymentId, orderId, currency, authorized, captured, refunded } = state;
  return { paymentId, orderId, status, currency, authorized, captured, refunded };
}

/** A payment in lists: what clients see, and the state that the next event is folded into. */
export interface PaymentSummary extends PaymentView {
  readonly state: PaymentState;
}

export interface PaymentSummarySources {
  readonly readModel: Container;
  readonly store: EventStore;
  readonly codec: EventCodec<PaymentEvent>;
}

/** Its versions: another one is added here, and stays until no build of it is left. */
export function paymentSummaryModel(sources: PaymentSummarySources): ReadModelDefinition<Projection<PaymentSummary>> {
  return {
    name: 'payments',
    versions: [{ version: 1, open: (name) => createProjection(paymentSummaryProjection(sources, name)) }],
  };
}

/** The read model as the feed drives it. */
export function paymentSummaryProjection(
  { readModel, store, codec }: PaymentSummarySources,
  name = 'payments',
): ProjectionDefinition<PaymentSummary> {
  return {
    name,
    readModel,
    streams: 'payment-',
    project: (before, stored) =>
      codec
        .decodeAll(stored)
        .reduce<PaymentSummary | undefined>((summary, event) => projectPaymentSummary(summary, event), before),
    readStream: async (streamId, afterVersion) => (await store.read({ streamId, afterVersion })).events,
  };
}

/** Pure: the summary after an event. */
export function projectPaymentSummary(
  summary: PaymentSummary | undefined,
  event: PaymentEvent,
): PaymentSummary | undefined {
  const state = evolve(summary?.state ?? initialPayment, event);
  const view = paymentView(state);
  return view === undefined ? undefined : { ...view, state };
}
