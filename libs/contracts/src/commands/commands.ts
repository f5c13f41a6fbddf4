import { z } from 'zod';
import { rejectionReason } from '../events/order-events.ts';
import { reservationId } from '../events/stock-events.ts';
import { amount, currency, entityId, paymentToken, quantity, sku } from '../values.ts';

/** Commands that the fulfilment process sends to the order service; target `order-<orderId>`. */
export const orderCommands = {
  ConfirmOrder: z.strictObject({ orderId: entityId }),
  RejectOrder: z.strictObject({ orderId: entityId, reason: rejectionReason, detail: z.string().max(1000).optional() }),
  CompleteReturn: z.strictObject({ orderId: entityId, returnId: z.string().max(80), refunded: amount }),
} as const;

const reservation = { sku, reservationId, orderId: entityId };

/** Commands to the inventory service; target `stock-<sku>`. */
export const stockCommands = {
  ReserveStock: z.strictObject({ ...reservation, quantity }),
  ReleaseStock: z.strictObject(reservation),
  CommitStock: z.strictObject(reservation),
  RestockReturn: z.strictObject({ sku, orderId: entityId, returnId: z.string().max(80), quantity }),
} as const;

const payment = { paymentId: entityId, orderId: entityId };

/** Commands to the payment service; target `payment-<paymentId>`. */
export const paymentCommands = {
  AuthorizePayment: z.strictObject({ ...payment, amount, currency, token: paymentToken }),
  VoidPayment: z.strictObject(payment),
  CapturePayment: z.strictObject({ ...payment, amount }),
  RefundPayment: z.strictObject({
    ...payment,
    refundId: z.string().min(1).max(120),
    amount,
    reason: z.string().max(500),
  }),
} as const;

type CommandOf<C extends { readonly [type: string]: z.ZodType }> = {
  [T in keyof C & string]: { readonly type: T; readonly data: Readonly<z.infer<C[T]>> };
}[keyof C & string];

export type OrderCommandMessage = CommandOf<typeof orderCommands>;
export type StockCommandMessage = CommandOf<typeof stockCommands>;
export type PaymentCommandMessage = CommandOf<typeof paymentCommands>;
