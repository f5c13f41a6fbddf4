import {
  type OrderCommandMessage,
  orderStream,
  type PaymentCommandMessage,
  paymentStream,
  type StockCommandMessage,
  stockStream,
} from '@daybook/contracts';
import type { SagaCommand } from '@daybook/saga';

/** To the order service. */
export function toOrder(command: OrderCommandMessage): SagaCommand {
  return { hub: 'order-commands', target: orderStream(command.data.orderId), ...command };
}

/** To the inventory service. */
export function toStock(command: StockCommandMessage): SagaCommand {
  return { hub: 'inventory-commands', target: stockStream(command.data.sku), ...command };
}

/** To the payment service. */
export function toPayment(command: PaymentCommandMessage): SagaCommand {
  return { hub: 'payment-commands', target: paymentStream(command.data.paymentId), ...command };
}
