import { z } from 'zod';
import { quantity, reason, skuQuantity } from '../values.ts';

/** Bodies of the inventory service's requests. */
export const inventoryRequests = {
  receiveStock: z.strictObject({ quantity }),
  /** Signed: what was found, or what is missing. */
  adjustStock: z.strictObject({
    quantity: z
      .int()
      .min(-1_000_000)
      .max(1_000_000)
      .refine((value) => value !== 0, 'must not be 0'),
    reason,
  }),
  receipts: z.strictObject({ items: z.array(skuQuantity).min(1).max(1_000) }),
} as const;

/** Query of `GET /v1/stock`: `below` lists what has fewer pieces available. */
export const listStockQuery = z.strictObject({
  below: z.coerce.number().int().min(0).max(1_000_000_000).optional(),
  after: z.string().max(4096).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
