import { paymentEvents, paymentStream } from '@daybook/contracts';
import { createAggregateStore, eventCodec, type StoredEvent } from '@daybook/eventstore';
import { type PaymentCommand, paymentDecider, type PaymentEvent } from '@daybook/payment-domain';
import { virtualRuntime } from '@daybook/ports';
import { createProjection } from '@daybook/projections';
import { memoryStores } from '@daybook/service-kit/testing';
import { paymentRoutes } from '../http/routes.ts';
import type { PaymentProvider } from '../provider/provider.ts';
import { providerWorker } from '../provider/provider-worker.ts';
import { sandboxProvider } from '../provider/sandbox.ts';
import { paymentSummaryProjection } from '../read-models/payment-summary/payment-summary.ts';

/** The payment service over stores in memory, without hubs and feeds: a spec gives the events on by itself. */
export function paymentService(override: (sandbox: PaymentProvider) => Partial<PaymentProvider> = () => ({})) {
  const runtime = virtualRuntime({ seed: 1 });
  const stores = memoryStores(runtime);
  const { store, answers, audit } = stores;
  const codec = eventCodec<PaymentEvent>(paymentEvents);
  const payments = createAggregateStore({ store, codec, decider: paymentDecider, category: 'payment' });
  const summaries = createProjection(paymentSummaryProjection({ readModel: stores.readModels, store, codec }));

  const sandbox = sandboxProvider(runtime);
  const provider = { ...sandbox, ...override(sandbox) };
  /** Each call of the provider: `authorize o1`, `refund o1 r1`. */
  const calls: string[] = [];
  const heard: PaymentProvider = {
    authorize: (charge, signal) => (calls.push(`authorize ${charge.key}`), provider.authorize(charge, signal)),
    void: (key, signal) => (calls.push(`void ${key}`), provider.void(key, signal)),
    capture: (key, amount, signal) => (calls.push(`capture ${key}`), provider.capture(key, amount, signal)),
    refund: (key, refund, amount, signal) => (
      calls.push(`refund ${key} ${refund}`),
      provider.refund(key, refund, amount, signal)
    ),
  };
  const workerOf = (aggregates: typeof payments) =>
    providerWorker({
      payments: aggregates,
      decode: codec.decode,
      provider: heard,
      runtime,
      providerTimeoutMs: 3_000,
      authorizeAttempts: 5,
    });
  const events = async (paymentId: string): Promise<readonly StoredEvent[]> =>
    (await store.read({ streamId: paymentStream(paymentId) })).events;

  return {
    runtime,
    store,
    payments,
    summaries,
    calls,
    events,
    workerOf,
    routes: paymentRoutes({ payments, store, answers, audit, summaries, runtime }),
    catchUp: () => stores.catchUp([summaries]),
    /** Types of the payment's events, each with its amount where it has one. */
    story: async (paymentId: string): Promise<string[]> =>
      (await events(paymentId)).map(({ type, data }) =>
        [type, 'amount' in data ? String(data['amount']) : ''].join(' ').trim(),
      ),
    /** A command as the fulfilment process or an operator sends it. */
    async send(paymentId: string, command: PaymentCommand, commandKey: string): Promise<string> {
      const metadata = { commandKey, correlationId: 'c', causationId: commandKey, actor: 'test', traceparent: '' };
      return (await payments.execute({ streamId: paymentStream(paymentId), command, metadata })).kind;
    },
    /** Gives all events of the payment to the provider worker, as a feed that begins anew does. */
    feed: async (paymentId: string): Promise<void> => workerOf(payments)(await events(paymentId)),
  };
}

export const intent = (step: string, phase: 'do' | 'undo' = 'do', round = 0): string =>
  `FulfilOrder:o1/${step}/-/${phase}/${round}`;

const ids = { paymentId: 'o1', orderId: 'o1' };
export const authorizeWith = (token: string): PaymentCommand => ({
  type: 'AuthorizePayment',
  data: { ...ids, amount: 900, currency: 'GBP', token },
});
export const voidPayment: PaymentCommand = { type: 'VoidPayment', data: ids };
export const capturePayment: PaymentCommand = { type: 'CapturePayment', data: { ...ids, amount: 900 } };
export const refundPayment = (refundId: string, amount: number): PaymentCommand => ({
  type: 'RefundPayment',
  data: { ...ids, refundId, amount, reason: 'broken' },
});
