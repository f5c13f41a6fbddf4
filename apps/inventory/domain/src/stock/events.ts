/** What can happen to the stock of one SKU. The schemas and their versions are in `@daybook/contracts`. */
export { type StockEvent, stockEvents } from '@daybook/contracts';
