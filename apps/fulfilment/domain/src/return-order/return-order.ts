import {
  type EventOf,
  orderEvents,
  paymentEvents,
  paymentIdOf,
  type SkuQuantity,
  stockedQuantities,
  stockEvents,
} from '@daybook/contracts';
import { type Reason, saga, type SagaDefinition } from '@daybook/saga';
import { toOrder, toPayment, toStock } from '../commands.ts';
import { defaultTiming, type SagaTiming } from '../timing.ts';

type ReturnRequested = Extract<EventOf<typeof orderEvents>, { type: 'OrderReturnRequested' }>['data'];

/** What the steps need of the return. */
export interface ReturnOrderContext {
  readonly orderId: string;
  readonly returnId: string;
  /** Minor units. */
  readonly refund: number;
  /** Returns that began before it was kept have none. */
  readonly currency?: string;
  readonly reason: string;
  readonly stocked: readonly SkuQuantity[];
}

/** ISO 4217: no currency. */
const noCurrency = 'XXX';

/** From `OrderReturnRequested`, which the order has granted already: goods back on the shelf, money back, and only then told to the order. */
export function returnOrder(timing: SagaTiming = defaultTiming): SagaDefinition {
  return saga('ReturnOrder', { version: 1 })
    .startedBy(orderEvents, 'OrderReturnRequested', { key: 'returnId', context: contextOf })
    .pivotAtStart()
    .retriable('restock', {
      answers: stockEvents,
      each: { of: (context: ReturnOrderContext) => context.stocked, id: (item: SkuQuantity) => item.sku },
      command: ({ orderId, returnId }, { sku, quantity }) =>
        toStock({ type: 'RestockReturn', data: { sku, orderId, returnId, quantity } }),
      succeeded: ['StockRestocked'],
      retry: timing.afterPivot,
      stake: (_context, { quantity }) => ({ pieces: quantity }),
      skippable: 'the stock has been adjusted by what came back',
    })
    .retriable('refund', {
      alongside: true,
      answers: paymentEvents,
      when: ({ refund }) => refund > 0,
      command: ({ orderId, returnId, refund, reason }) =>
        toPayment({
          type: 'RefundPayment',
          data: { paymentId: paymentIdOf(orderId), orderId, refundId: returnId, amount: refund, reason },
        }),
      progress: ['PaymentRefundRequested'],
      succeeded: ['PaymentRefunded'],
      refused: { PaymentRequestRefused: whyNotRefunded },
      retry: timing.afterPivot,
      stake: ({ refund, currency }) => ({ money: { amount: refund, currency: currency ?? noCurrency } }),
      skippable: 'the money has been given back by another way',
    })
    .retriable('complete', {
      answers: orderEvents,
      command: ({ orderId, returnId, refund }) =>
        toOrder({ type: 'CompleteReturn', data: { orderId, returnId, refunded: refund } }),
      succeeded: ['OrderReturnCompleted'],
      refused: { OrderRequestRefused: ({ code, message }) => ({ reason: code, detail: message }) },
      retry: timing.afterPivot,
    })
    .build();
}

function contextOf({ orderId, returnId, refund, currency, reason, lines }: ReturnRequested): ReturnOrderContext {
  return { orderId, returnId, refund, currency, reason, stocked: stockedQuantities(lines) };
}

/** Goods may come back before the capture is through: then the refund has to wait for it. */
function whyNotRefunded({ code, message }: { readonly code: string; readonly message: string }): Reason {
  return { reason: code, detail: message, transient: code === 'not-captured-yet' };
}
