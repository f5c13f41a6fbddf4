/** What can happen to a payment. The schemas and their versions are in `@daybook/contracts`. */
export { type PaymentEvent, paymentEvents } from '@daybook/contracts';
