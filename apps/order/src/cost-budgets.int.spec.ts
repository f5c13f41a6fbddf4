import { orderStream, orderEvents } from '@daybook/contracts';
import { eventCodec } from '@daybook/eventstore';
import type { CostBudget } from '@daybook/eventstore/testing';
import { type OrderCommand, orderDecider, type OrderEvent } from '@daybook/order-domain';
import { costBudgets } from '@daybook/service-kit/testing/cost-budgets';

/** Whoever passes a budget raises it here, in the open. */
const budgets: Readonly<Record<OrderCommand['type'], CostBudget>> = {
  PlaceOrder: { requestUnits: 14, roundTrips: 1 },
  DraftOrder: { requestUnits: 7, roundTrips: 1 },
  AddLine: { requestUnits: 8, roundTrips: 1 },
  RemoveLines: { requestUnits: 8, roundTrips: 1 },
  SubmitOrder: { requestUnits: 9, roundTrips: 1 },
  ConfirmOrder: { requestUnits: 8, roundTrips: 1 },
  RejectOrder: { requestUnits: 8, roundTrips: 1 },
  ShipOrder: { requestUnits: 8, roundTrips: 1 },
  DeliverOrder: { requestUnits: 8, roundTrips: 1 },
  CancelOrder: { requestUnits: 8, roundTrips: 1 },
  RequestReturn: { requestUnits: 8, roundTrips: 1 },
  CompleteReturn: { requestUnits: 8, roundTrips: 1 },
};

const lines = [
  { sku: '85123A', quantity: 6, unitPrice: 255 },
  { sku: '71053', quantity: 6, unitPrice: 339 },
];
const place = (orderId: string): OrderCommand => ({
  type: 'PlaceOrder',
  data: { orderId, customerId: '17850', currency: 'GBP', lines, payment: { token: 'tok_ok' } },
});

const story: readonly (readonly [string, OrderCommand])[] = [
  ['o1', place('o1')],
  ['o1', { type: 'ConfirmOrder', data: { orderId: 'o1' } }],
  ['o1', { type: 'ShipOrder', data: { carrier: 'Royal Mail', trackingNumber: 'RM000000001GB' } }],
  ['o1', { type: 'DeliverOrder' }],
  ['o1', { type: 'RequestReturn', data: { lines: [{ sku: '85123A', quantity: 1 }], reason: 'broken' } }],
  ['o1', { type: 'CompleteReturn', data: { orderId: 'o1', returnId: 'o1.r1', refunded: 255 } }],
  ['o2', place('o2')],
  ['o2', { type: 'RejectOrder', data: { orderId: 'o2', reason: 'out-of-stock' } }],
  ['o3', place('o3')],
  ['o3', { type: 'CancelOrder', data: { reason: 'changed my mind' } }],
  ['o4', { type: 'DraftOrder', data: { orderId: 'o4', customerId: '17850', currency: 'GBP' } }],
  ['o4', { type: 'AddLine', data: { sku: '85123A', quantity: 6, unitPrice: 255 } }],
  ['o4', { type: 'AddLine', data: { sku: '71053', quantity: 6, unitPrice: 339 } }],
  ['o4', { type: 'RemoveLines', data: { sku: '71053' } }],
  ['o4', { type: 'SubmitOrder', data: { payment: { token: 'tok_ok' } } }],
];

costBudgets({
  of: 'orders',
  service: 'order',
  category: 'order',
  codec: eventCodec<OrderEvent>(orderEvents),
  decider: orderDecider,
  streamOf: orderStream,
  first: ['PlaceOrder', 'DraftOrder'],
  story,
  budgets,
});
