import type { StockCommand, StockEvent, StockState } from '@daybook/inventory-domain';
import { isSent, type OrderCommand, type OrderEvent, type OrderState } from '@daybook/order-domain';
import type { Decider } from '@daybook/ports';
import type { SagaRunner } from '@daybook/saga';

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

/** The mutation that takes a timer out of the index although the saga has not recorded it. */
export function firedBeforeRecorded(fire: SagaRunner['fireTimer']): SagaRunner['fireTimer'] {
  return async (sagaId, timerId) => {
    void fire(sagaId, timerId).catch(() => undefined);
    return 'recorded';
  };
}
