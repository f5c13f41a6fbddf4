export { type OrderEvent, orderEvents } from './order/events.ts';
export {
  evolve,
  initialOrder,
  isDraft,
  isSent,
  type OrderReturn,
  type OrderState,
  returnableLines,
  type SentOrder,
  statusOf,
  worthOf,
} from './order/state.ts';
export { orderTotalMax } from './order/drafting.ts';
export {
  type AddLine,
  type CancelOrder,
  decide,
  type DeliverOrder,
  type DraftOrder,
  type OrderCommand,
  orderDecider,
  type PlaceOrder,
  type RemoveLines,
  type RequestReturn,
  type ShipOrder,
  type SubmitOrder,
} from './order/decide.ts';
