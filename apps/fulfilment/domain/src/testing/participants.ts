import { outcomeKey } from '@daybook/contracts';
import type { IssuedCommand } from '@daybook/saga';
import { createInbox } from './inbox.ts';

/** An event on its way to the saga. */
export interface Sent {
  readonly eventId: string;
  readonly commandKey: string;
  readonly type: string;
  readonly data: { readonly [field: string]: unknown };
}

/** What the provider will say to an authorization, and whether it holds the money then. */
export type ProviderAnswer = 'approves' | 'declines' | 'unknown-held' | 'unknown-not-held';

/**
 * Order, stock and payment of one order, as small as they can be and still honest: an intent is done once, another attempt of it gets
 * the first answer again, the undo of what never came keeps it from coming, and a payment answers in two steps.
 */
export interface Participants {
  /** Events that are on their way. */
  readonly outbox: Sent[];
  /** Calls of the provider that are under way. */
  readonly provider: (() => void)[];
  readonly order: { status: 'submitted' | 'confirmed' | 'cancelled' | 'shipped' | 'rejected' };
  /** Pieces reserved, by SKU. */
  readonly reserved: ReadonlyMap<string, number>;
  readonly committed: ReadonlySet<string>;
  readonly payment: { readonly held: boolean; readonly captured: boolean };
  receive(command: IssuedCommand): void;
  cancel(): void;
  ship(): void;
}

export function createParticipants(options: {
  /** SKUs of which there is too little. */
  readonly missing: ReadonlySet<string>;
  readonly providerAnswers: ProviderAnswer;
}): Participants {
  const outbox: Sent[] = [];
  const provider: (() => void)[] = [];
  const answers = new Map<string, Pick<Sent, 'type' | 'data'>>();
  const reserved = new Map<string, number>();
  const committed = new Set<string>();
  const released = new Set<string>();
  const order: Participants['order'] = { status: 'submitted' };
  const payment = { held: false, captured: false, voided: false };
  let events = 0;

  const send = (commandKey: string, type: string, data: Sent['data'] = {}): void => {
    events += 1;
    outbox.push({ eventId: `event-${events}`, commandKey, type, data });
  };
  const later = (intentKey: string, call: () => Pick<Sent, 'type' | 'data'>): void => {
    provider.push(() => {
      const answer = call();
      answers.set(intentKey, answer);
      send(outcomeKey(intentKey), answer.type, answer.data);
    });
  };
  const ids = { paymentId: 'o1', orderId: 'o1' };
  const refused = (request: string, code: string) => ({
    type: 'PaymentRequestRefused',
    data: { ...ids, request, code, message: code },
  });

  const handle = ({ type, data, intentKey }: IssuedCommand): Pick<Sent, 'type' | 'data'> => {
    const sku = String(data['sku']);
    switch (type) {
      case 'ReserveStock': {
        const rejected = { ...data, available: 0, code: released.has(sku) ? 'already-released' : 'insufficient-stock' };
        if (released.has(sku) || options.missing.has(sku)) return { type: 'StockReservationRejected', data: rejected };
        reserved.set(sku, Number(data['quantity']));
        return { type: 'StockReserved', data };
      }
      case 'ReleaseStock':
        released.add(sku);
        reserved.delete(sku);
        return { type: 'StockReservationReleased', data };
      case 'CommitStock':
        if (!reserved.delete(sku)) throw new Error(`${sku} was committed without being reserved`);
        committed.add(sku);
        return { type: 'StockCommitted', data };
      case 'AuthorizePayment':
        if (payment.voided) return refused('authorize', 'already-voided');
        later(intentKey, () => {
          if (payment.voided) return refused('authorize', 'already-voided');
          payment.held = options.providerAnswers === 'approves' || options.providerAnswers === 'unknown-held';
          if (options.providerAnswers === 'approves') return { type: 'PaymentAuthorized', data: ids };
          return options.providerAnswers === 'declines'
            ? { type: 'PaymentDeclined', data: { ...ids, code: 'declined', message: 'no' } }
            : { type: 'PaymentAuthorizationUnknown', data: { ...ids, message: 'no answer' } };
        });
        return { type: 'PaymentAuthorizationRequested', data: ids };
      case 'VoidPayment':
        later(intentKey, () => {
          payment.voided = true;
          payment.held = false;
          return { type: 'PaymentVoided', data: ids };
        });
        return { type: 'PaymentVoidRequested', data: ids };
      case 'CapturePayment':
        if (!payment.held) throw new Error('captured what is not held');
        payment.held = false;
        payment.captured = true;
        return { type: 'PaymentCaptured', data: ids };
      case 'ConfirmOrder':
      case 'RejectOrder': {
        const request = type === 'ConfirmOrder' ? 'confirm' : 'reject';
        const code = `order-${order.status}`;
        const rejectable = type === 'RejectOrder' && order.status === 'confirmed';
        if (order.status !== 'submitted' && !rejectable) {
          return { type: 'OrderRequestRefused', data: { orderId: 'o1', request, code, message: code } };
        }
        order.status = type === 'ConfirmOrder' ? 'confirmed' : 'rejected';
        return { type: type === 'ConfirmOrder' ? 'OrderConfirmed' : 'OrderRejected', data: { orderId: 'o1' } };
      }
      default:
        throw new Error(`nobody takes ${type}`);
    }
  };

  return {
    outbox,
    provider,
    order,
    reserved,
    committed,
    payment,
    receive: createInbox(answers, send, handle),
    cancel() {
      if (order.status !== 'submitted' && order.status !== 'confirmed') return;
      order.status = 'cancelled';
      send('http:cancel', 'OrderCancelled', { orderId: 'o1' });
    },
    ship() {
      if (order.status !== 'confirmed') return;
      order.status = 'shipped';
      send('http:ship', 'OrderShipped', { orderId: 'o1' });
    },
  };
}
