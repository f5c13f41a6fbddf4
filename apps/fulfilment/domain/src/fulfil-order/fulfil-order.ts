import {
  type EventOf,
  orderEvents,
  paymentEvents,
  paymentIdOf,
  rejectionReason,
  type SkuQuantity,
  stockedQuantities,
  stockEvents,
} from '@daybook/contracts';
import { cancelledByOperator, forcedByOperator, type Reason, saga, type SagaDefinition } from '@daybook/saga';
import { toOrder, toPayment, toStock } from '../commands.ts';
import { defaultTiming, type SagaTiming } from '../timing.ts';

type Submitted = Extract<EventOf<typeof orderEvents>, { type: 'OrderSubmitted' }>['data'];

/** What the steps need of the order. */
export interface FulfilOrderContext {
  readonly orderId: string;
  readonly currency: string;
  /** Minor units. */
  readonly total: number;
  readonly token: string;
  /** One entry for each stocked SKU; none for an order of services. */
  readonly stocked: readonly SkuQuantity[];
}

/**
 * From `OrderSubmitted` to money taken and goods gone, or to nothing left open:
 * reserve each SKU → authorize → confirm → *shipped* → capture and commit each SKU.
 *
 * `confirm` has no way back of its own: an order that may have been confirmed may be shipped at any moment, so a doubt about it is
 * never resolved by releasing its stock. It is asked for until the order answers; the order's own stream decides.
 *
 * @param version 1 has neither a deadline nor a probe; kept while sagas of it may be alive
 */
export function fulfilOrder(timing: SagaTiming = defaultTiming, version: 1 | 2 = 2): SagaDefinition {
  const payment = ({ orderId }: FulfilOrderContext) => ({ paymentId: paymentIdOf(orderId), orderId });
  const reservation = ({ orderId }: FulfilOrderContext, { sku }: SkuQuantity) => ({
    sku,
    reservationId: orderId,
    orderId,
  });
  const money = ({ total, currency }: FulfilOrderContext) => ({ money: { amount: total, currency } });
  const eachSku = { of: (context: FulfilOrderContext) => context.stocked, id: (item: SkuQuantity) => item.sku };

  const begun = saga('FulfilOrder', { version })
    .startedBy(orderEvents, 'OrderSubmitted', { key: 'orderId', context: contextOf })
    .cancelledBy('OrderCancelled');
  const { deadlineMs, probe } = { ...defaultTiming, ...timing };

  return (version === 1 ? begun : begun.deadline(deadlineMs))
    .step('reserve', {
      answers: stockEvents,
      each: eachSku,
      command: (context, item) =>
        toStock({ type: 'ReserveStock', data: { ...reservation(context, item), quantity: item.quantity } }),
      succeeded: ['StockReserved'],
      refused: {
        StockReservationRejected: ({ sku, quantity, available, code }) => ({
          reason: 'out-of-stock',
          detail:
            code === 'insufficient-stock' ? `${sku}: ${quantity} ordered, ${available} available` : `${sku}: ${code}`,
        }),
      },
      retry: timing.forward,
      stake: (_context, { quantity }) => ({ pieces: quantity }),
      compensate: {
        command: (context, item) => toStock({ type: 'ReleaseStock', data: reservation(context, item) }),
        succeeded: ['StockReservationReleased'],
        refused: { StockRequestRefused: refusal },
        retry: timing.undo,
        skippable: 'the stock shows no reservation for the order',
      },
    })
    .step('authorize', {
      answers: paymentEvents,
      command: (context) => {
        const { total, currency, token } = context;
        return toPayment({ type: 'AuthorizePayment', data: { ...payment(context), amount: total, currency, token } });
      },
      progress: ['PaymentAuthorizationRequested'],
      succeeded: ['PaymentAuthorized'],
      refused: {
        PaymentDeclined: ({ code, message }) => ({ reason: 'payment-declined', detail: `${code}: ${message}` }),
        PaymentRequestRefused: ({ code, message }) => ({ reason: 'payment-unresolved', detail: `${code}: ${message}` }),
      },
      unknown: { PaymentAuthorizationUnknown: ({ message }) => ({ reason: 'payment-unresolved', detail: message }) },
      ...(version === 1 ? {} : { onUnknown: probe }),
      retry: timing.forward,
      stake: money,
      compensate: {
        command: (context) => toPayment({ type: 'VoidPayment', data: payment(context) }),
        progress: ['PaymentVoidRequested'],
        succeeded: ['PaymentVoided'],
        refused: { PaymentRequestRefused: refusal },
        retry: timing.undo,
        skippable: 'the provider states that it holds nothing',
      },
    })
    .step('confirm', {
      answers: orderEvents,
      command: ({ orderId }) => toOrder({ type: 'ConfirmOrder', data: { orderId } }),
      succeeded: ['OrderConfirmed'],
      refused: { OrderRequestRefused: whyNotConfirmed },
      retry: timing.forward,
      nothingToUndo: 'an order that refused is over, and one that confirmed is called off by its own stream only',
    })
    .pivot('ship', { awaits: 'OrderShipped' })
    .retriable('capture', {
      answers: paymentEvents,
      command: (context) => toPayment({ type: 'CapturePayment', data: { ...payment(context), amount: context.total } }),
      progress: ['PaymentCaptureRequested'],
      succeeded: ['PaymentCaptured'],
      refused: { PaymentRequestRefused: refusal },
      retry: timing.afterPivot,
      stake: money,
      skippable: 'the money has come by another way',
    })
    .retriable('commit', {
      alongside: true,
      answers: stockEvents,
      each: eachSku,
      command: (context, item) => toStock({ type: 'CommitStock', data: reservation(context, item) }),
      succeeded: ['StockCommitted'],
      refused: { StockRequestRefused: refusal },
      retry: timing.afterPivot,
      stake: (_context, { quantity }) => ({ pieces: quantity }),
      skippable: 'the stock has been adjusted by what was shipped',
    })
    .closing('reject', {
      answers: orderEvents,
      when: ({ reason }) => reason !== cancelled,
      command: ({ orderId, cause }) => toOrder({ type: 'RejectOrder', data: { orderId, ...rejection(cause) } }),
      // Refused: the customer was quicker and cancelled it. Either way it is over.
      succeeded: ['OrderRejected', 'OrderRequestRefused'],
      retry: timing.undo,
    })
    .build();
}

const cancelled = 'cancelled';

function contextOf({ orderId, currency, total, payment, lines }: Submitted): FulfilOrderContext {
  return { orderId, currency, total, token: payment.token, stocked: stockedQuantities(lines) };
}

function refusal({ code, message }: { readonly code: string; readonly message: string }): Reason {
  return { reason: code, detail: message };
}

/** A cancelled order needs no rejection, whichever of the two messages is here first. */
function whyNotConfirmed({ code, message }: { readonly code: string; readonly message: string }): Reason {
  return code === 'order-cancelled' ? { reason: cancelled } : { reason: code, detail: message };
}

function rejection({ reason, detail }: Reason) {
  const known = rejectionReason.safeParse(reason === forcedByOperator ? cancelledByOperator : reason);
  const why = known.success ? known.data : 'timed-out';
  return detail === undefined ? { reason: why } : { reason: why, detail };
}
