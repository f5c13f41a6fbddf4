export { type StockEvent, stockEvents } from './stock/events.ts';
export { availableOf, evolve, initialStock, type StockState } from './stock/state.ts';
export {
  type AdjustStock,
  decide,
  onHandMax,
  type ReceiveStock,
  type StockCommand,
  stockDecider,
} from './stock/decide.ts';
