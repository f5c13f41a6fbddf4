export { type PaymentEvent, paymentEvents } from './payment/events.ts';
export {
  evolve,
  initialPayment,
  type OpenPayment,
  type PaymentState,
  type Refund,
  refundOf,
  statusOf,
} from './payment/state.ts';
export {
  decide,
  type PaymentCommand,
  paymentDecider,
  type ProviderResult,
  type RecordOutcome,
  type RequestRefund,
} from './payment/decide.ts';
