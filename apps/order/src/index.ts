export { type OrderSummary, orderSummaryProjection } from './read-models/order-summary/order-summary.ts';
export { sagaRoute } from './saga-route.ts';
