export { planTrade } from './plan.ts';
export { parseTrade, readTradeFile } from './trade-file.ts';
