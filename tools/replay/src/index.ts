export { planTrade } from './plan.ts';
export { parseTrade, readTradeFile } from './trade-file.ts';
export { type Answer, connectShop, expectStatus, type Shop, ShopError, type ShopUrls } from './shop.ts';
