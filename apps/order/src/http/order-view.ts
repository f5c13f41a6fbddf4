import { type OrderState, isSent, statusOf } from '@daybook/order-domain';

/** What clients see of an order; `undefined` while there is none. */
export function orderView(state: OrderState, version: number): object | undefined {
  if (state.status === 'none') return undefined;
  const { orderId, customerId, currency, total, lines } = state;
  return {
    orderId,
    customerId,
    status: statusOf(state),
    currency,
    total,
    lines,
    ...(state.status === 'rejected' || state.status === 'cancelled' ? { reason: state.reason } : {}),
    ...(isSent(state) ? { carrier: state.carrier, trackingNumber: state.trackingNumber, returns: state.returns } : {}),
    version,
  };
}
