export { type OrderEvent, orderEvents } from './order/events.ts';
export {
  evolve,
  initialOrder,
  isSent,
  type OrderReturn,
  type OrderState,
  returnableLines,
  type SentOrder,
  statusOf,
  worthOf,
} from './order/state.ts';
export {
  type CancelOrder,
  decide,
  type DeliverOrder,
  type OrderCommand,
  orderDecider,
  orderTotalMax,
  type PlaceOrder,
  type RequestReturn,
  type ShipOrder,
} from './order/decide.ts';
