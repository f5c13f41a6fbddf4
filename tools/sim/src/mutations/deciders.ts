import type { StockCommand, StockEvent, StockState } from '@daybook/inventory-domain';
import { isSent, type OrderCommand, type OrderEvent, type OrderState } from '@daybook/order-domain';
import type { Decider } from '@daybook/ports';

/** The mutation that accepts a cancellation whatever the order's status is. */
export function cancellableForEver(
  decider: Decider<OrderCommand, OrderEvent, OrderState>,
): Decider<OrderCommand, OrderEvent, OrderState> {
  return {
    ...decider,
    decide: (command, state) =>
      command.type === 'CancelOrder' && isSent(state)
        ? [{ type: 'OrderCancelled', data: { orderId: state.orderId, reason: command.data.reason } }]
        : decider.decide(command, state),
  };
}

/** The mutation that forgets what was released before it was reserved. */
export function withoutTombstones(
  decider: Decider<StockCommand, StockEvent, StockState>,
): Decider<StockCommand, StockEvent, StockState> {
  return { ...decider, evolve: (state, event) => ({ ...decider.evolve(state, event), tombstones: [] }) };
}
