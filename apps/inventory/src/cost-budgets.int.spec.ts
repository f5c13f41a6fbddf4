import { stockStream, stockEvents } from '@daybook/contracts';
import { eventCodec } from '@daybook/eventstore';
import type { CostBudget } from '@daybook/eventstore/testing';
import { type StockCommand, stockDecider, type StockEvent } from '@daybook/inventory-domain';
import { costBudgets } from '@daybook/service-kit/testing/cost-budgets';

/** Whoever passes a budget raises it here, in the open. */
const budgets: Readonly<Record<StockCommand['type'], CostBudget>> = {
  ReceiveStock: { requestUnits: 8, roundTrips: 1 },
  AdjustStock: { requestUnits: 8, roundTrips: 1 },
  ReserveStock: { requestUnits: 8, roundTrips: 1 },
  ReleaseStock: { requestUnits: 8, roundTrips: 1 },
  CommitStock: { requestUnits: 8, roundTrips: 1 },
  RestockReturn: { requestUnits: 8, roundTrips: 1 },
};

const sku = '85123A';
const reservation = (orderId: string) => ({ sku, orderId, reservationId: orderId });

const story: readonly (readonly [string, StockCommand])[] = [
  [sku, { type: 'ReceiveStock', data: { sku, quantity: 100 } }],
  [sku, { type: 'ReceiveStock', data: { sku, quantity: 100 } }],
  [sku, { type: 'AdjustStock', data: { sku, quantity: -2, reason: 'broken in the warehouse' } }],
  [sku, { type: 'ReserveStock', data: { ...reservation('o1'), quantity: 6 } }],
  [sku, { type: 'ReleaseStock', data: reservation('o1') }],
  [sku, { type: 'ReserveStock', data: { ...reservation('o2'), quantity: 6 } }],
  [sku, { type: 'CommitStock', data: reservation('o2') }],
  [sku, { type: 'RestockReturn', data: { sku, orderId: 'o2', returnId: 'o2.r1', quantity: 1 } }],
];

costBudgets({
  of: 'stock',
  service: 'inventory',
  category: 'stock',
  codec: eventCodec<StockEvent>(stockEvents),
  decider: stockDecider,
  streamOf: stockStream,
  first: ['ReceiveStock'],
  story,
  budgets,
});
