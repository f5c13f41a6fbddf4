export type { Charge, PaymentProvider, ProviderAnswer } from './provider/provider.ts';
export { type ProviderWorker, providerWorker } from './provider/provider-worker.ts';
export { sandboxProvider } from './provider/sandbox.ts';
export { type PaymentSummary, paymentSummaryProjection } from './read-models/payment-summary/payment-summary.ts';
