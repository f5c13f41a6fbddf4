import { z } from 'zod';
import { amount, currency, entityId, paymentToken } from '../values.ts';
import type { EventCatalogue, EventOf } from './event-type.ts';
import { outcomeRepeated } from './outcome-repeated.ts';

const payment = { paymentId: entityId, orderId: entityId };
const refundId = z.string().min(1).max(120);
const providerReference = z.string().max(200);
const refusal = { code: z.string().max(64), message: z.string().max(1000) };

/**
 * What happens to a payment; stream `payment-<paymentId>`. What is asked of the provider is recorded (`…Requested`) before the provider
 * is called, and the call carries a key derived from that event, so that a crash between the two repeats the call and not the charge.
 */
export const paymentEvents = {
  PaymentAuthorizationRequested: {
    version: 1,
    schema: z.strictObject({ ...payment, amount, currency, token: paymentToken }),
  },
  PaymentAuthorized: { version: 1, schema: z.strictObject({ ...payment, amount, currency, providerReference }) },
  PaymentDeclined: { version: 1, schema: z.strictObject({ ...payment, ...refusal }) },
  /** The provider did not answer in time: it may or may not hold the money. Only a void settles it. */
  PaymentAuthorizationUnknown: { version: 1, schema: z.strictObject({ ...payment, message: z.string().max(1000) }) },
  PaymentVoidRequested: { version: 1, schema: z.strictObject(payment) },
  /** No money is held any more. `amount` 0: none was known to be, and a later authorization is refused. */
  PaymentVoided: { version: 1, schema: z.strictObject({ ...payment, amount }) },
  PaymentCaptureRequested: { version: 1, schema: z.strictObject({ ...payment, amount }) },
  PaymentCaptured: { version: 1, schema: z.strictObject({ ...payment, amount, currency, providerReference }) },
  PaymentRefundRequested: {
    version: 1,
    schema: z.strictObject({ ...payment, refundId, amount, reason: z.string().max(500) }),
  },
  PaymentRefunded: {
    version: 1,
    schema: z.strictObject({ ...payment, refundId, amount, currency, providerReference }),
  },
  /** A request of the fulfilment process, or its execution by the provider, was refused. */
  PaymentRequestRefused: {
    version: 1,
    schema: z.strictObject({
      ...payment,
      request: z.enum(['authorize', 'void', 'capture', 'refund']),
      refundId: refundId.optional(),
      ...refusal,
    }),
  },
  OutcomeRepeated: outcomeRepeated,
} as const satisfies EventCatalogue;

export type PaymentEvent = EventOf<typeof paymentEvents>;

export const paymentStatus = z.enum([
  'authorizing',
  'authorized',
  'declined',
  'unknown',
  'voiding',
  'voided',
  'capturing',
  'captured',
  'refunded',
  'partially-refunded',
]);
export type PaymentStatus = z.infer<typeof paymentStatus>;
