import { outcomeKey } from '@daybook/contracts';
import type { AggregateStore, StoredEvent } from '@daybook/eventstore';
import {
  type PaymentCommand,
  type PaymentEvent,
  type PaymentState,
  type ProviderResult,
  refundOf,
} from '@daybook/payment-domain';
import type { Runtime } from '@daybook/ports';
import type { PaymentProvider } from './provider.ts';

export interface ProviderWorker {
  readonly payments: AggregateStore<PaymentCommand, PaymentEvent, PaymentState>;
  readonly decode: (stored: StoredEvent) => PaymentEvent | undefined;
  readonly provider: PaymentProvider;
  readonly runtime: Runtime;
  /** How long the provider may take over one call. An authorization that takes longer is unknown; anything else is tried again. */
  readonly providerTimeoutMs: number;
  /** So many failed calls for one authorization, and its outcome is unknown. */
  readonly authorizeAttempts: number;
}

/**
 * Carries out what payments ask of the provider, from their committed events: whatever dies in between, the event is still there, is
 * given again, and the call is made again with the same key.
 *
 * A handler for the change feed in key mode (one payment after another in order, payments beside each other). It throws to be called
 * again.
 */
export function providerWorker(worker: ProviderWorker) {
  return async (events: readonly StoredEvent[]): Promise<void> => {
    for (const stored of events) {
      const event = worker.decode(stored);
      if (event !== undefined) await carryOut(worker, stored, event);
    }
  };
}

async function carryOut(worker: ProviderWorker, stored: StoredEvent, event: PaymentEvent): Promise<void> {
  const command = await outcomeOf(worker, stored.streamId, event);
  if (command === undefined) return;
  const { commandKey, correlationId, traceparent } = stored.metadata;
  const outcome = await worker.payments.execute({
    streamId: stored.streamId,
    command,
    metadata: {
      commandKey: outcomeKey(commandKey),
      correlationId,
      causationId: stored.eventId,
      actor: 'service:payment',
      traceparent,
    },
  });
  if (outcome.kind === 'refused') throw new Error(`${command.type} was refused: ${outcome.refusal.message}`);
}

/** Calls the provider where the payment still waits for it; `undefined` where nothing is to be done (any more). */
async function outcomeOf(
  worker: ProviderWorker,
  streamId: string,
  event: PaymentEvent,
): Promise<PaymentCommand | undefined> {
  const { payments, provider } = worker;
  switch (event.type) {
    case 'PaymentAuthorizationRequested': {
      // A void that was asked for in the meantime settles it: the provider is not asked for money that is to be released.
      if ((await payments.load(streamId)).state.status !== 'authorizing') return undefined;
      return { type: 'RecordAuthorization', result: await authorize(worker, event.data) };
    }
    case 'PaymentVoidRequested': {
      const { status } = (await payments.load(streamId)).state;
      // Asked for a second time while the first was under way: it wants its own answer, the provider has given it already.
      if (status === 'voided') return { type: 'RecordVoid' };
      if (status !== 'voiding') return undefined;
      await limited(worker, (signal) => provider.void(event.data.paymentId, signal));
      return { type: 'RecordVoid' };
    }
    case 'PaymentCaptureRequested': {
      if ((await payments.load(streamId)).state.status !== 'capturing') return undefined;
      const { paymentId, amount } = event.data;
      return {
        type: 'RecordCapture',
        result: await limited(worker, (signal) => provider.capture(paymentId, amount, signal)),
      };
    }
    case 'PaymentRefundRequested': {
      const { paymentId, refundId, amount } = event.data;
      const { state } = await payments.load(streamId);
      if (state.status !== 'captured' || refundOf(state, refundId)?.completed !== false) return undefined;
      const result = await limited(worker, (signal) => provider.refund(paymentId, refundId, amount, signal));
      return { type: 'RecordRefund', refundId, result };
    }
    default:
      return undefined;
  }
}

type Asked = Extract<PaymentEvent, { type: 'PaymentAuthorizationRequested' }>['data'];

/** The provider's own failures are counted here: those of the store, for which the feed gives the event again, say nothing of it. */
async function authorize(worker: ProviderWorker, asked: Asked): Promise<ProviderResult> {
  const { provider, runtime, providerTimeoutMs, authorizeAttempts } = worker;
  const { paymentId, amount, currency, token } = asked;
  for (let failed = 1; ; failed += 1) {
    try {
      return await limited(worker, (signal) => provider.authorize({ key: paymentId, amount, currency, token }, signal));
    } catch (error) {
      if (isTimeout(error)) return { kind: 'unknown', message: `No answer within ${providerTimeoutMs} ms.` };
      if (failed >= authorizeAttempts) return { kind: 'unknown', message: `The provider failed ${failed} times.` };
    }
    await runtime.sleep(retryPauseMs * 2 ** (failed - 1) * (0.5 + runtime.random() / 2));
  }
}

/** The pause after the first failed call; doubles with each one. */
const retryPauseMs = 100;

const timeoutCode = 'provider-timeout';

class ProviderTimeout extends Error {
  readonly code = timeoutCode;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === timeoutCode;
}

async function limited<T>(
  { runtime, providerTimeoutMs }: ProviderWorker,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abandon = new AbortController();
  const answered = new AbortController();
  const timeout = runtime.sleep(providerTimeoutMs, answered.signal).then(() => {
    if (answered.signal.aborted) return;
    abandon.abort(new ProviderTimeout(`the provider did not answer within ${providerTimeoutMs} ms`));
  });
  try {
    return await Promise.race([call(abandon.signal), rejectionOf(abandon.signal)]);
  } finally {
    answered.abort();
    await timeout;
  }
}

/** Rejects when the signal is aborted: a provider that ignores its signal is left behind. */
function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
