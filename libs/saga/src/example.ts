import { orderEvents, paymentEvents, stockedQuantities, stockEvents } from '@daybook/contracts';
import { exponential, saga } from './index.ts';

const retry = exponential(5, 10_000); // 5 attempts of 10 s, the waits between them growing, with full jitter
const toStock = (type: string, data: { readonly sku: string; readonly [field: string]: unknown }) =>
  ({ hub: 'inventory-commands', target: `stock-${data.sku}`, type, data }) as const;
const release = ({ orderId }: { readonly orderId: string }, { sku }: { readonly sku: string }) =>
  toStock('ReleaseStock', { sku, orderId, reservationId: orderId });
const toPayment = (type: string, data: { readonly paymentId: string; readonly [field: string]: unknown }) =>
  ({ hub: 'payment-commands', target: `payment-${data.paymentId}`, type, data }) as const;

export const buy = saga('Buy', { version: 1 }) // its id is Buy:<orderId>: a second start meets the first
  .startedBy(orderEvents, 'OrderSubmitted', { key: 'orderId', context: ({ payment: _payment, ...order }) => order })
  .cancelledBy('OrderCancelled')
  .deadline(3_600_000) // by then it waits for its pivot, or is undone
  .step('reserve', {
    answers: stockEvents, // gives the types of answers their names and data
    each: { of: ({ lines }) => stockedQuantities(lines), id: ({ sku }) => sku }, // all at once, 50 in flight
    command: ({ orderId }, item) => toStock('ReserveStock', { ...item, orderId, reservationId: orderId }),
    succeeded: ['StockReserved'],
    refused: { StockReservationRejected: ({ sku }) => ({ reason: 'out-of-stock', detail: sku }) },
    retry,
    compensate: { command: release, succeeded: ['StockReservationReleased'], retry },
  })
  .pivot('ship', { awaits: 'OrderShipped' }) // the point of no return
  .retriable('capture', {
    answers: paymentEvents,
    command: ({ orderId, total: amount }) => toPayment('CapturePayment', { paymentId: orderId, orderId, amount }),
    succeeded: ['PaymentCaptured'],
    retry,
  })
  .build(); // refuses what cannot run right, and says what to do
