import { orderEvents, orderStream, stockEvents, stockStream } from '@daybook/contracts';
import type { SagaDefinition } from '../definition/definition.ts';
import { exponential } from '../definition/retry.ts';
import { saga } from '../definition/saga.ts';

const patience = exponential(2, 1_000);

/** A saga for the tests of this library: reserve each SKU → *shipped* → commit each SKU; on the way back release and reject. */
export function sampleSaga(version = 1): SagaDefinition {
  const reservation = (orderId: string, sku: string) => ({ sku, reservationId: orderId, orderId });
  const each = { of: ({ skus }: { skus: readonly string[] }) => skus, id: (sku: string) => sku };
  return saga('Sample', { version })
    .startedBy(orderEvents, 'OrderSubmitted', {
      key: 'orderId',
      context: ({ orderId, lines }) => ({ orderId, skus: lines.map(({ sku }) => sku) }),
    })
    .cancelledBy('OrderCancelled')
    .step('reserve', {
      answers: stockEvents,
      each,
      command: ({ orderId }, sku) => ({
        hub: 'inventory-commands',
        target: stockStream(sku),
        type: 'ReserveStock',
        data: { ...reservation(orderId, sku), quantity: 1 },
      }),
      succeeded: ['StockReserved'],
      refused: { StockReservationRejected: ({ sku }) => ({ reason: 'out-of-stock', detail: sku }) },
      retry: patience,
      stake: () => ({ pieces: 1 }),
      compensate: {
        command: ({ orderId }, sku) => ({
          hub: 'inventory-commands',
          target: stockStream(sku),
          type: 'ReleaseStock',
          data: reservation(orderId, sku),
        }),
        succeeded: ['StockReservationReleased'],
        refused: { StockRequestRefused: ({ code, message }) => ({ reason: code, detail: message }) },
        retry: patience,
        skippable: 'a count of the shelf',
      },
    })
    .pivot('ship', { awaits: 'OrderShipped' })
    .retriable('commit', {
      answers: stockEvents,
      each,
      command: ({ orderId }, sku) => ({
        hub: 'inventory-commands',
        target: stockStream(sku),
        type: 'CommitStock',
        data: reservation(orderId, sku),
      }),
      succeeded: ['StockCommitted'],
      refused: { StockRequestRefused: ({ code, message }) => ({ reason: code, detail: message }) },
      stake: () => ({ pieces: 1, money: { amount: 100, currency: 'GBP' } }),
      retry: patience,
    })
    .closing('reject', {
      answers: orderEvents,
      when: ({ kind }) => kind !== 'cancelled',
      command: ({ orderId, cause }) => ({
        hub: 'order-commands',
        target: orderStream(orderId),
        type: 'RejectOrder',
        data: { orderId, reason: cause.reason },
      }),
      succeeded: ['OrderRejected', 'OrderRequestRefused'],
      retry: patience,
    })
    .build();
}

/** Data of the event that starts one. */
export function submitted(orderId: string, ...skus: string[]): Record<string, unknown> {
  return {
    ...{ orderId, customerId: 'c1', currency: 'GBP', total: 0, payment: { token: 'tok' } },
    lines: skus.map((sku) => ({ sku, quantity: 1, unitPrice: 0 })),
  };
}
