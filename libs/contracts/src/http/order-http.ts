import { z } from 'zod';
import {
  currency,
  entityId,
  orderLine,
  orderLinesMax,
  oversizedQuantity,
  paymentToken,
  quantityMax,
  reason,
  shipTo,
  type SkuQuantity,
  skuQuantity,
} from '../values.ts';
import { orderStatus } from '../events/order-events.ts';

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
  cancelOrder: z.strictObject({ reason }),
  shipOrder: z.strictObject({ carrier: z.string().min(1).max(100), trackingNumber: z.string().min(1).max(100) }),
  deliverOrder: z.strictObject({}).optional(),
  requestReturn: z.strictObject({
    lines: z.array(skuQuantity).min(1).max(orderLinesMax).check(noOversizedSku),
    reason,
  }),
} as const;

/** Query of `GET /v1/orders`. */
export const listOrdersQuery = z.strictObject({
  status: orderStatus.optional(),
  customerId: entityId.optional(),
  after: z.string().max(4096).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Query of the other lists. */
export const pageQuery = z.strictObject({
  after: z.string().max(4096).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
