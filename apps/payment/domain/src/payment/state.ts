import type { PaymentStatus } from '@daybook/contracts';
import type { PaymentEvent } from './events.ts';

export interface Refund {
  /** Minor units. */
  readonly amount: number;
  readonly completed: boolean;
}

/** A payment as its events leave it. Amounts in minor units of `currency`. Always: refunded ≤ captured ≤ authorized. */
export interface OpenPayment {
  readonly status: 'authorizing' | 'authorized' | 'declined' | 'unknown' | 'voiding' | 'capturing' | 'captured';
  readonly paymentId: string;
  readonly orderId: string;
  readonly currency: string;
  /** What was asked for. */
  readonly amount: number;
  /** What the provider is known to hold or to have held for the capture; 0 again after a void. */
  readonly authorized: number;
  readonly captured: number;
  readonly refunded: number;
  /** By refund id, requested ones included. */
  readonly refunds: Readonly<Record<string, Refund>>;
}

/** `voided` may come before anything else: a tombstone, after which an authorization is refused. */
export type PaymentState =
  { readonly status: 'none' } | (Omit<OpenPayment, 'status'> & { readonly status: 'voided' }) | OpenPayment;

export const initialPayment: PaymentState = { status: 'none' };

export function evolve(state: PaymentState, event: PaymentEvent): PaymentState {
  switch (event.type) {
    case 'PaymentAuthorizationRequested': {
      const { paymentId, orderId, amount, currency } = event.data;
      return { ...nothing(paymentId, orderId), status: 'authorizing', amount, currency };
    }
    case 'PaymentVoided': {
      const { paymentId, orderId } = event.data;
      if (state.status === 'none') return { ...nothing(paymentId, orderId), status: 'voided' };
      return state.status === 'declined' ? state : { ...state, status: 'voided', authorized: 0 };
    }
    case 'OutcomeRepeated':
      return state;
    default:
      return state.status === 'none' || state.status === 'voided' ? state : evolveOpen(state, event);
  }
}

type OpenEvent = Exclude<PaymentEvent, { type: 'PaymentAuthorizationRequested' | 'PaymentVoided' | 'OutcomeRepeated' }>;

function evolveOpen(state: OpenPayment, event: OpenEvent): OpenPayment {
  switch (event.type) {
    case 'PaymentAuthorized':
      // A void that was asked for in the meantime stays asked for: now there is something to void.
      return { ...state, status: state.status === 'voiding' ? 'voiding' : 'authorized', authorized: event.data.amount };
    case 'PaymentDeclined':
      return { ...state, status: state.status === 'voiding' ? 'voiding' : 'declined' };
    case 'PaymentAuthorizationUnknown':
      return { ...state, status: state.status === 'voiding' ? 'voiding' : 'unknown' };
    case 'PaymentVoidRequested':
      return { ...state, status: 'voiding' };
    case 'PaymentCaptureRequested':
      return { ...state, status: 'capturing' };
    case 'PaymentCaptured':
      return { ...state, status: 'captured', captured: event.data.amount };
    case 'PaymentRefundRequested': {
      const { refundId, amount } = event.data;
      return { ...state, refunds: { ...state.refunds, [refundId]: { amount, completed: false } } };
    }
    case 'PaymentRefunded': {
      const { refundId, amount } = event.data;
      return {
        ...state,
        refunded: state.refunded + amount,
        refunds: { ...state.refunds, [refundId]: { amount, completed: true } },
      };
    }
    case 'PaymentRequestRefused':
      return afterRefusal(state, event.data);
    default:
      return unknownEvent(event);
  }
}

/** A request that the provider refused is no longer under way. One refused before it was made changes nothing. */
function afterRefusal(
  state: OpenPayment,
  data: Extract<PaymentEvent, { type: 'PaymentRequestRefused' }>['data'],
): OpenPayment {
  if (data.code !== providerRefused) return state;
  if (data.request === 'capture' && state.status === 'capturing') return { ...state, status: 'authorized' };
  if (data.request === 'refund' && data.refundId !== undefined) {
    const { [data.refundId]: _refused, ...refunds } = state.refunds;
    return { ...state, refunds };
  }
  return state;
}

/** Code of a refusal that came from the provider, as opposed to one that the payment's own state gave. */
export const providerRefused = 'provider-refused';

/** A refund that was asked for. Its id is a client's word: `constructor` is one like any other. */
export function refundOf({ refunds }: Pick<OpenPayment, 'refunds'>, refundId: string): Refund | undefined {
  return Object.hasOwn(refunds, refundId) ? refunds[refundId] : undefined;
}

/** What is refunded or being refunded. */
export function refundsUnderWay(state: OpenPayment): number {
  return Object.values(state.refunds).reduce((sum, refund) => sum + refund.amount, 0);
}

/** The status that clients see. */
export function statusOf(state: PaymentState): PaymentStatus | undefined {
  if (state.status === 'none') return undefined;
  if (state.status !== 'captured' || state.refunded === 0) return state.status;
  return state.refunded === state.captured ? 'refunded' : 'partially-refunded';
}

function nothing(paymentId: string, orderId: string): Omit<OpenPayment, 'status'> {
  return { paymentId, orderId, currency: '', amount: 0, authorized: 0, captured: 0, refunded: 0, refunds: {} };
}

function unknownEvent(event: never): never {
  throw new Error(`no such payment event: ${JSON.stringify(event)}`);
}
