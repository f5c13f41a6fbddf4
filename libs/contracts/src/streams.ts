/** The one place where stream ids are built; the stream id is the partition key of its events. */
export const orderStream = (orderId: string): string => `order-${orderId}`;
export const stockStream = (sku: string): string => `stock-${sku}`;
export const paymentStream = (paymentId: string): string => `payment-${paymentId}`;
export const sagaStream = (sagaId: string): string => `saga-${sagaId}`;

/** There is one payment for an order, and it has the order's id. */
export const paymentIdOf = (orderId: string): string => orderId;

export const fulfilOrderSagaId = (orderId: string): string => `FulfilOrder:${orderId}`;
export const returnOrderSagaId = (returnId: string): string => `ReturnOrder:${returnId}`;
