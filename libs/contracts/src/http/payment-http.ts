import { z } from 'zod';
import { amount, entityId, reason } from '../values.ts';
import { minVersion } from './min-version.ts';

/** Bodies of the payment service's requests. */
export const paymentRequests = {
  requestRefund: z.strictObject({ amount: amount.min(1), reason }),
} as const;

/** Query of `GET /v1/payments`. */
export const listPaymentsQuery = z
  .strictObject({
    orderId: entityId.optional(),
    /** Of the payment of `orderId`: a list as a whole has no version. */
    minVersion,
    after: z.string().max(4096).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  })
  .refine(({ orderId, minVersion: version }) => orderId !== undefined || version === undefined, {
    path: ['minVersion'],
    message: 'needs orderId: a list as a whole has no version',
  });
