import { orderEvents, paymentEvents, stockEvents } from '@daybook/contracts';
import { type DomainEvent, eventCodec, type EventDefinitions, type StoredEvent } from '@daybook/eventstore';
import {
  availableOf,
  evolve as evolveStock,
  initialStock,
  type StockEvent,
  type StockState,
} from '@daybook/inventory-domain';
import { evolve as evolveOrder, initialOrder, type OrderEvent, type OrderState } from '@daybook/order-domain';
import { evolve as evolvePayment, initialPayment, type PaymentEvent, type PaymentState } from '@daybook/payment-domain';
import type { AllHistories, Histories } from './histories.ts';
import type { Report } from './finding.ts';

/** What another process makes of the same events. */
export interface States {
  readonly orders: ReadonlyMap<string, OrderState>;
  readonly stock: ReadonlyMap<string, StockState>;
  readonly payments: ReadonlyMap<string, PaymentState>;
}

/**
 * Replays every order, stock and payment and checks, after each event, what must always hold of one. Of other aggregates that these services
 * may have it is known only what holds of every stream.
 */
export function checkAggregates(histories: AllHistories, report: Report): States {
  const orders = replay<OrderEvent, OrderState>(
    histories.order,
    'order-',
    orderEvents,
    initialOrder,
    evolveOrder,
    report,
  );
  const stock = replay<StockEvent, StockState>(
    histories.inventory,
    'stock-',
    stockEvents,
    initialStock,
    evolveStock,
    report,
    (id, state, at) => report.check('stock stays possible', id, stockProblem(state, at)),
  );
  for (const [streamId, events] of histories.inventory) {
    const state = stock.get(streamId);
    if (state !== undefined) report.check('stock adds up', streamId, stockSumProblem(events, state));
  }
  const payments = replay<PaymentEvent, PaymentState>(
    histories.payment,
    'payment-',
    paymentEvents,
    initialPayment,
    evolvePayment,
    report,
    (id, state, at) => report.check('payments stay possible', id, paymentProblem(state, at)),
  );
  return { orders, stock, payments };
}

function replay<E extends DomainEvent, S>(
  streams: Histories,
  prefix: string,
  definitions: EventDefinitions<E>,
  initial: S,
  evolve: (state: S, event: E) => S,
  report: Report,
  each: (streamId: string, state: S, version: number) => void = () => undefined,
): Map<string, S> {
  const states = new Map<string, S>();
  const codec = eventCodec<E>(definitions);
  for (const [streamId, events] of streams) {
    if (!streamId.startsWith(prefix)) continue;
    let state = initial;
    let unreadable: string | undefined;
    let other: string | undefined;
    for (const stored of events) {
      try {
        for (const event of codec.decodeAll(stored)) {
          other ??= mismatchOf(definitions, event, stored.version);
          state = evolve(state, event);
        }
      } catch (error) {
        unreadable ??= `version ${stored.version}: ${error instanceof Error ? error.message : String(error)}`;
      }
      each(streamId, state, stored.version);
    }
    report.check('every event can be read', streamId, unreadable);
    report.check('every event is what its type says', streamId, other);
    states.set(streamId, state);
  }
  return states;
}

/** Stored data passed its schema when it was written. Whoever could make the chain fit could write anything. */
function mismatchOf<E extends DomainEvent>(
  definitions: EventDefinitions<E>,
  { type, data }: E,
  version: number,
): string | undefined {
  try {
    definitions[type as E['type']].schema.parse(data);
    return undefined;
  } catch {
    return `version ${version}: its data is not that of ${type}`;
  }
}

function stockProblem(state: StockState, version: number): string | undefined {
  const { onHand, reserved, open } = state;
  const sum = Object.values(open).reduce((total, pieces) => total + pieces, 0);
  if (onHand < 0 || reserved < 0 || availableOf(state) < 0) {
    return `version ${version}: ${onHand} on hand, ${reserved} reserved`;
  }
  return sum === reserved
    ? undefined
    : `version ${version}: ${reserved} reserved, but the open reservations are ${sum}`;
}

/** Receipts + adjustments − shipped + returned = on hand, counted from the stored data and not by the aggregate's own code. */
function stockSumProblem(events: readonly StoredEvent[], state: StockState): string | undefined {
  const sign: Readonly<Record<string, number>> = {
    StockReceived: 1,
    StockAdjusted: 1,
    StockRestocked: 1,
    StockCommitted: -1,
  };
  const sum = events.reduce((total, { type, data }) => total + (sign[type] ?? 0) * Number(data['quantity'] ?? 0), 0);
  return sum === state.onHand ? undefined : `the movements sum up to ${sum}, on hand are ${state.onHand}`;
}

function paymentProblem(state: PaymentState, version: number): string | undefined {
  if (state.status === 'none') return undefined;
  const { authorized, captured, refunded } = state;
  if (refunded <= captured && captured <= authorized) return undefined;
  return `version ${version}: authorized ${authorized}, captured ${captured}, refunded ${refunded}`;
}
