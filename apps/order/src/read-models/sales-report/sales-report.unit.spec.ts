import { decide, evolve, initialOrder, type OrderCommand, statusOf } from '@daybook/order-domain';
import { isRefusal } from '@daybook/ports';
import fc from 'fast-check';
import { customerShare } from '../customer-totals/customer-totals.ts';
import { projectSoldOrder, salesOf, type SoldOrder } from './sales-report.ts';

const orderId = 'o1';
const place: OrderCommand = {
  type: 'PlaceOrder',
  data: {
    orderId,
    customerId: '17850',
    currency: 'GBP',
    lines: [
      { sku: '85123A', quantity: 2, unitPrice: 255 },
      { sku: '71053', quantity: 1, unitPrice: 339 },
      { sku: '85123A', quantity: 1, unitPrice: 200 },
    ],
    payment: { token: 'tok_approve' },
  },
};
const forward = fc.constantFrom<OrderCommand>(
  { type: 'ConfirmOrder', data: { orderId } },
  { type: 'ShipOrder', data: { carrier: 'Royal Mail', trackingNumber: 'RM1' } },
  { type: 'DeliverOrder' },
);
const ending = fc.constantFrom<OrderCommand>(
  { type: 'CancelOrder', data: { reason: 'late' } },
  { type: 'RejectOrder', data: { orderId, reason: 'out-of-stock' } },
);
const returns = fc.oneof(
  fc.tuple(fc.constantFrom('85123A', '71053'), fc.integer({ min: 1, max: 2 })).map(([sku, quantity]): OrderCommand => ({
    type: 'RequestReturn',
    data: { lines: [{ sku, quantity }], reason: 'broken' },
  })),
  fc
    .integer({ min: 1, max: 3 })
    .map((n): OrderCommand => ({ type: 'CompleteReturn', data: { orderId, returnId: `o1.r${n}`, refunded: 0 } })),
);
const histories = fc.array(
  fc.oneof({ weight: 5, arbitrary: forward }, { weight: 5, arbitrary: returns }, { weight: 1, arbitrary: ending }),
  { maxLength: 30 },
);
const accepted = ['confirmed', 'shipped', 'delivered', 'returned', 'partially-returned'];

it('adds up to what the order itself says, after every event', () => {
  fc.assert(
    fc.property(histories, (history) => {
      let order = initialOrder;
      let sold: SoldOrder = { order: initialOrder, open: {}, returned: [] };
      let hours = 0;
      for (const command of [place, ...history]) {
        const decision = decide(command, order);
        for (const event of isRefusal(decision) ? [] : decision) {
          order = evolve(order, event);
          sold = projectSoldOrder(sold, event, new Date(Date.UTC(2010, 11, 1, (hours += 7))).toISOString());
          if (order.status === 'none') throw new Error('it was placed');
          const shares = salesOf(sold);
          const sum = (field: string): number => shares.reduce((total, { values }) => total + (values[field] ?? 0), 0);
          const isAccepted = accepted.includes(statusOf(order) ?? '');
          const done = 'returns' in order ? order.returns.filter(({ completed }) => completed) : [];
          const pieces = done.flatMap(({ lines }) => lines).reduce((total, { quantity }) => total + quantity, 0);
          const refunds = done.reduce((total, { refund }) => total + refund, 0);
          expect([sum('revenue'), sum('returned'), sum('refunded')]).toEqual([
            isAccepted ? order.total : 0,
            pieces,
            refunds,
          ]);
          expect(new Set(shares.map(({ partition, key }) => `${partition}~${key}`)).size).toBe(shares.length);
          expect(customerShare(order)[0]?.values ?? {}).toMatchObject(
            order.lines.length === 0 ? {} : { orders: 1, spent: isAccepted ? order.total : 0, refunded: refunds },
          );
        }
      }
    }),
    { numRuns: 300, seed: 20_101_201 },
  );
});
