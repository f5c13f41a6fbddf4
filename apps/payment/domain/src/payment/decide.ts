import type { PaymentCommandMessage } from '@daybook/contracts';
import { type Decider, type Decision, refuse } from '@daybook/ports';
import type { PaymentEvent } from './events.ts';
import {
  evolve,
  initialPayment,
  type PaymentState,
  providerRefused,
  refundOf,
  refundsUnderWay,
  statusOf,
} from './state.ts';

/** An operator gives money back, beside any return of goods. */
export interface RequestRefund {
  readonly type: 'RequestRefund';
  readonly data: { readonly refundId: string; readonly amount: number; readonly reason: string };
}

/** What the provider answered; `unknown`: it did not, in time. */
export type ProviderResult =
  | { readonly kind: 'done'; readonly providerReference: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };

/** Notes how a call to the provider ended. Where the payment no longer waits for that, nothing happens. */
export type RecordOutcome =
  | { readonly type: 'RecordAuthorization'; readonly result: ProviderResult }
  | { readonly type: 'RecordVoid' }
  | { readonly type: 'RecordCapture'; readonly result: Exclude<ProviderResult, { kind: 'unknown' }> }
  | {
      readonly type: 'RecordRefund';
      readonly refundId: string;
      readonly result: Exclude<ProviderResult, { kind: 'unknown' }>;
    };

export type PaymentCommand = PaymentCommandMessage | RequestRefund | RecordOutcome;

export function decide(command: PaymentCommand, state: PaymentState): Decision<PaymentEvent> {
  switch (command.type) {
    case 'AuthorizePayment':
      return state.status === 'none'
        ? [{ type: 'PaymentAuthorizationRequested', data: command.data }]
        : [refused(command.data, 'authorize', state)];
    case 'VoidPayment':
      return [voidPayment(command.data, state)];
    case 'CapturePayment':
      return [capture(command.data, state)];
    case 'RefundPayment':
      return [refundPayment(command.data, state)];
    case 'RequestRefund':
      return requestRefund(command.data, state);
    case 'RecordAuthorization':
    case 'RecordVoid':
    case 'RecordCapture':
    case 'RecordRefund':
      return recordOutcome(command, state);
    default:
      return unknownCommand(command);
  }
}

export const paymentDecider: Decider<PaymentCommand, PaymentEvent, PaymentState> = {
  initial: initialPayment,
  decide,
  evolve,
};

interface PaymentIds {
  readonly paymentId: string;
  readonly orderId: string;
}

function voidPayment({ paymentId, orderId }: PaymentIds, state: PaymentState): PaymentEvent {
  switch (state.status) {
    case 'none':
    case 'voided':
    case 'declined':
      return { type: 'PaymentVoided', data: { paymentId, orderId, amount: 0 } };
    case 'capturing':
    case 'captured':
      return refused({ paymentId, orderId }, 'void', state);
    default:
      return { type: 'PaymentVoidRequested', data: { paymentId, orderId } };
  }
}

/** What was authorized is captured whole. */
function capture(data: Extract<PaymentCommand, { type: 'CapturePayment' }>['data'], state: PaymentState): PaymentEvent {
  if (state.status !== 'authorized') return refused(data, 'capture', state);
  if (data.amount === state.authorized) return { type: 'PaymentCaptureRequested', data };
  const { paymentId, orderId } = data;
  const message = `${state.authorized} is authorized and captured whole, not ${data.amount}.`;
  return {
    type: 'PaymentRequestRefused',
    data: { paymentId, orderId, request: 'capture', code: 'capture-not-whole', message },
  };
}

function refundPayment(
  data: Extract<PaymentCommand, { type: 'RefundPayment' }>['data'],
  state: PaymentState,
): PaymentEvent {
  const blocked = whyNoRefund(data, state);
  if (blocked === undefined) return { type: 'PaymentRefundRequested', data };
  const { paymentId, orderId, refundId } = data;
  return {
    type: 'PaymentRequestRefused',
    data: { paymentId, orderId, request: 'refund', refundId, code: blocked.code, message: blocked.message },
  };
}

function requestRefund(data: RequestRefund['data'], state: PaymentState): Decision<PaymentEvent> {
  const blocked = whyNoRefund(data, state);
  if (blocked !== undefined) return refuse(blocked.code, blocked.message, blocked.details);
  if (state.status === 'none') return refuse('payment-unknown', 'There is no such payment.');
  const { paymentId, orderId } = state;
  return [{ type: 'PaymentRefundRequested', data: { paymentId, orderId, ...data } }];
}

interface Blocked {
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

function whyNoRefund(data: RequestRefund['data'], state: PaymentState): Blocked | undefined {
  if (state.status === 'none') return { code: 'payment-unknown', message: 'There is no such payment.' };
  if (state.status === 'authorizing' || state.status === 'authorized' || state.status === 'capturing') {
    return {
      code: 'not-captured-yet',
      message: `The payment is ${state.status}: it can be refunded once it is captured.`,
    };
  }
  if (state.status !== 'captured') {
    return { code: 'not-captured', message: `The payment is ${state.status}: there is nothing to refund.` };
  }
  if (refundOf(state, data.refundId) !== undefined) {
    return { code: 'refund-exists', message: `Refund ${data.refundId} was asked for already.` };
  }
  const refundable = state.captured - refundsUnderWay(state);
  if (data.amount <= refundable) return undefined;
  return {
    code: 'refund-too-large',
    message: `${refundable} can still be refunded, not ${data.amount}.`,
    details: { refundable },
  };
}

function recordOutcome(command: RecordOutcome, state: PaymentState): Decision<PaymentEvent> {
  if (state.status === 'none') return [];
  if (state.status === 'voided' && command.type !== 'RecordVoid') return [];
  const { paymentId, orderId, amount, currency } = state;
  switch (command.type) {
    case 'RecordAuthorization': {
      if (state.status !== 'authorizing' && state.status !== 'voiding') return [];
      const { result } = command;
      if (result.kind === 'done') {
        const { providerReference } = result;
        return [{ type: 'PaymentAuthorized', data: { paymentId, orderId, amount, currency, providerReference } }];
      }
      if (result.kind === 'refused') {
        const { code, message } = result;
        return [{ type: 'PaymentDeclined', data: { paymentId, orderId, code, message } }];
      }
      return [{ type: 'PaymentAuthorizationUnknown', data: { paymentId, orderId, message: result.message } }];
    }
    case 'RecordVoid':
      // Asked for twice, it is answered twice: the second time there is nothing left to give back.
      if (state.status !== 'voiding' && state.status !== 'voided') return [];
      return [{ type: 'PaymentVoided', data: { paymentId, orderId, amount: state.authorized } }];
    case 'RecordCapture': {
      if (state.status !== 'capturing') return [];
      const { result } = command;
      if (result.kind === 'refused')
        return [refusedByProvider({ paymentId, orderId, request: 'capture' }, result.message)];
      const { providerReference } = result;
      return [
        {
          type: 'PaymentCaptured',
          data: { paymentId, orderId, amount: state.authorized, currency, providerReference },
        },
      ];
    }
    case 'RecordRefund': {
      const { refundId, result } = command;
      const refund = refundOf(state, refundId);
      if (refund === undefined || refund.completed) return [];
      if (result.kind === 'refused') {
        return [refusedByProvider({ paymentId, orderId, request: 'refund', refundId }, result.message)];
      }
      const { providerReference } = result;
      return [
        {
          type: 'PaymentRefunded',
          data: { paymentId, orderId, refundId, amount: refund.amount, currency, providerReference },
        },
      ];
    }
    default:
      return unknownCommand(command);
  }
}

type RefusedData = Extract<PaymentEvent, { type: 'PaymentRequestRefused' }>['data'];

function refusedByProvider(about: Omit<RefusedData, 'code' | 'message'>, message: string): PaymentEvent {
  return { type: 'PaymentRequestRefused', data: { ...about, code: providerRefused, message } };
}

function refused(
  { paymentId, orderId }: PaymentIds,
  request: RefusedData['request'],
  state: PaymentState,
): PaymentEvent {
  const status = statusOf(state) ?? 'unknown';
  return {
    type: 'PaymentRequestRefused',
    data: {
      paymentId,
      orderId,
      request,
      code: `payment-${status}`,
      message: `Cannot ${request}: the payment is ${status}.`,
    },
  };
}

function unknownCommand(command: never): never {
  throw new Error(`no such payment command: ${JSON.stringify(command)}`);
}
