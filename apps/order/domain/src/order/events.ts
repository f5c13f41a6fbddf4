/** What can happen to an order. The schemas, their versions and upcasters are in `@daybook/contracts`. */
export { type OrderEvent, orderEvents } from '@daybook/contracts';
