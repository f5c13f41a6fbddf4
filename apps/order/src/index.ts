export {
  customerShare,
  type CustomerTotals,
  customerTotalsModel,
} from './read-models/customer-totals/customer-totals.ts';
export { type OrderSummary, orderSummaryProjection } from './read-models/order-summary/order-summary.ts';
export { sagaRoute } from './saga-route.ts';
