import { z } from 'zod';
import {
  amount,
  currency,
  entityId,
  orderLine,
  orderLinesMax,
  paymentToken,
  quantity,
  reason,
  shipTo,
  sku,
  skuQuantity,
} from '../values.ts';
import { personal } from '../personal/personal-value.ts';
import type { EventCatalogue, EventOf } from './event-type.ts';
import { openEnum } from './open-enum.ts';
import { outcomeRepeated } from './outcome-repeated.ts';

/** Why an order was not accepted. */
export const rejectionReason = z.enum([
  'out-of-stock',
  'payment-declined',
  'payment-unresolved',
  'timed-out',
  'cancelled-by-operator',
]);
export type RejectionReason = z.infer<typeof rejectionReason>;

const orderSubmitted = z.strictObject({
  orderId: entityId,
  customerId: entityId,
  currency,
  lines: z.array(orderLine).min(1).max(orderLinesMax),
  /** Sum of the lines in minor units. */
  total: amount,
  payment: z.strictObject({ token: paymentToken }),
  /** Personal data of the customer: sealed wherever the event is stored or published. */
  shipTo: personal(shipTo).optional(),
});

/** What happens to an order; stream `order-<orderId>`. */
export const orderEvents = {
  /** An order was begun. What follows is its submission in the same append, or the editing of its lines. */
  OrderDrafted: { version: 1, schema: z.strictObject({ orderId: entityId, customerId: entityId, currency }) },
  /** A draft has one line more. */
  OrderLineAdded: { version: 1, schema: z.strictObject({ orderId: entityId, line: orderLine }) },
  /** A draft has lost every line of a SKU. */
  OrderLinesRemoved: {
    version: 1,
    schema: z.strictObject({
      orderId: entityId,
      sku,
      /** How many lines these were, how many pieces they had together, and what they cost in minor units. */
      lineCount: z.int().min(1).max(orderLinesMax),
      quantity,
      amount,
    }),
  },
  /** A draft was given up: nobody had committed to it, so there is nothing to give back. */
  OrderDiscarded: { version: 1, schema: z.strictObject({ orderId: entityId, reason }) },
  /** The customer committed to it. Version 1 had no currency: the shop sold in pounds only. */
  OrderSubmitted: {
    version: 2,
    schema: orderSubmitted,
    upcasters: { 1: (data: Record<string, unknown>) => ({ ...data, currency: 'GBP' }) },
  },
  /** Stock is reserved and payment authorized: it can be shipped. */
  OrderConfirmed: { version: 1, schema: z.strictObject({ orderId: entityId }) },
  /** It cannot be fulfilled. Nothing is reserved or authorized any more. */
  OrderRejected: {
    version: 1,
    schema: z.strictObject({
      orderId: entityId,
      reason: openEnum(rejectionReason),
      detail: z.string().max(1000).optional(),
    }),
  },
  /** Called off after it was submitted and before it was shipped. Stock and payment are being given back. */
  OrderCancelled: { version: 1, schema: z.strictObject({ orderId: entityId, reason }) },
  OrderShipped: {
    version: 1,
    schema: z.strictObject({ orderId: entityId, carrier: z.string().max(100), trackingNumber: z.string().max(100) }),
  },
  OrderDelivered: { version: 1, schema: z.strictObject({ orderId: entityId }) },
  /** Goods come back. What each is worth was decided by what the order charged, in the order of its lines. */
  OrderReturnRequested: {
    version: 1,
    schema: z.strictObject({
      orderId: entityId,
      /** `<orderId>.r<n>`, n counting the order's returns from 1. */
      returnId: z.string().max(80),
      lines: z.array(skuQuantity).min(1).max(orderLinesMax),
      /** To refund, in minor units of `currency`. */
      refund: amount,
      currency,
      reason,
    }),
  },
  /** The goods are back on the shelf and the money is with the customer. */
  OrderReturnCompleted: {
    version: 1,
    schema: z.strictObject({ orderId: entityId, returnId: z.string().max(80), refunded: amount }),
  },
  /** A request of the fulfilment process came too late: the order had gone another way. */
  OrderRequestRefused: {
    version: 1,
    schema: z.strictObject({
      orderId: entityId,
      request: z.enum(['confirm', 'reject', 'complete-return']),
      code: z.string().max(64),
      message: z.string().max(1000),
    }),
  },
  OutcomeRepeated: outcomeRepeated,
} as const satisfies EventCatalogue;

export type OrderEvent = EventOf<typeof orderEvents>;

export const orderStatus = z.enum([
  'draft',
  'submitted',
  'confirmed',
  'rejected',
  'cancelled',
  'shipped',
  'delivered',
  'returned',
  'partially-returned',
]);
export type OrderStatus = z.infer<typeof orderStatus>;
