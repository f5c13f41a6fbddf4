import { z } from 'zod';
import {
  amount,
  currency,
  entityId,
  orderLine,
  orderLinesMax,
  oversizedQuantity,
  paymentToken,
  quantityMax,
  reason,
  shipTo,
  sku,
  type SkuQuantity,
  skuQuantity,
} from '../values.ts';
import { orderStatus } from '../events/order-events.ts';
import { minVersion } from './min-version.ts';

/** An ISO 8601 date, or a time with its zone. */
const pointInTime = z.union([z.iso.date(), z.iso.datetime({ offset: true })], 'must be a date or a time with its zone');

/** A rule of requests and not of events: what is stored must always be readable. */
function noOversizedSku({ value, issues }: z.core.ParsePayload<readonly SkuQuantity[]>): void {
  const oversized = oversizedQuantity(value);
  if (oversized === undefined) return;
  const { sku, quantity } = oversized;
  const message = `the lines of ${sku} have ${quantity} pieces together; at most ${quantityMax} of one SKU are possible`;
  issues.push({ code: 'custom', input: value, message });
}

/** Bodies of the order service's requests. */
export const orderRequests = {
  /** `POST /v1/orders`. Without an `orderId` the service gives one; with an `Idempotency-Key`, the same one each time. */
  placeOrder: z.strictObject({
    orderId: entityId.optional(),
    customerId: entityId,
    currency,
    lines: z.array(orderLine).min(1).max(orderLinesMax).check(noOversizedSku),
    payment: z.strictObject({ token: paymentToken }),
    shipTo: shipTo.optional(),
  }),
  /** `POST /v1/orders/drafts`. Of the `orderId` the same holds. */
  draftOrder: z.strictObject({ orderId: entityId.optional(), customerId: entityId, currency }),
  addLine: orderLine,
  submitOrder: z.strictObject({ payment: z.strictObject({ token: paymentToken }), shipTo: shipTo.optional() }),
  cancelOrder: z.strictObject({ reason }),
  shipOrder: z.strictObject({ carrier: z.string().min(1).max(100), trackingNumber: z.string().min(1).max(100) }),
  deliverOrder: z.strictObject({}).optional(),
  requestReturn: z.strictObject({
    lines: z.array(skuQuantity).min(1).max(orderLinesMax).check(noOversizedSku),
    reason,
  }),
} as const;

/** Query of `GET /v1/orders`: what it asks for must all hold; the newest come first. */
export const listOrdersQuery = z.strictObject({
  status: orderStatus.optional(),
  customerId: entityId.optional(),
  /** Up to five words, each of which has to be in the order's id, its customer's, or the codes and descriptions of its lines. */
  text: z
    .string()
    .max(200)
    .transform((text) => text.toLowerCase().split(/\s+/).filter(Boolean))
    .pipe(z.array(z.string()).min(1, 'must have a word').max(5, 'must not have more than five words'))
    .optional(),
  /** Placed at this time or later; a date is its first moment, UTC. */
  from: pointInTime.optional(),
  /** Placed before this time; a date counts whole. */
  to: pointInTime.optional(),
  /** Minor units, both inclusive. */
  minTotal: z.coerce.number().pipe(amount).optional(),
  maxTotal: z.coerce.number().pipe(amount).optional(),
  after: z.string().max(4096).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Query of `GET /v1/orders/{id}/summary`. */
export const orderSummaryQuery = z.strictObject({ minVersion });

/** Query of `GET /v1/reports/sales`: days are UTC, both inclusive. */
export const salesReportQuery = z.strictObject({
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  sku: sku.optional(),
  after: z.string().max(4096).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});

/** Query of the other lists. */
export const pageQuery = z.strictObject({
  after: z.string().max(4096).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
