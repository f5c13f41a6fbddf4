import { outcomeKey } from '@daybook/contracts';
import type { IssuedCommand } from '@daybook/saga';
import { createInbox } from './inbox.ts';
import type { Sent } from './participants.ts';

export interface ReturnRequest {
  readonly returnId: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  /** Minor units. */
  readonly refund: number;
}

/**
 * Order, stock and payment of one order whose goods come back, as small as they can be and still honest: an intent is done once, another
 * attempt of it gets the first answer again, a refund has to wait for the capture and is never more than is left.
 */
export interface Returning {
  /** Events that are on their way. */
  readonly outbox: Sent[];
  /** Calls of the provider that are under way. */
  readonly provider: (() => void)[];
  /** Returns that the order has granted; true once it was told that one is through. */
  readonly granted: ReadonlyMap<string, boolean>;
  /** Pieces back on the shelf, by return and SKU (`o1.r1/85123A`). */
  readonly restocked: ReadonlyMap<string, number>;
  /** Money given back, by return. */
  readonly refunded: ReadonlyMap<string, number>;
  request(request: ReturnRequest): void;
  /** The money of the order is taken; only then can it be given back. */
  capture(): void;
  receive(command: IssuedCommand): void;
}

/** @param total what the order cost, in minor units */
export function createReturning(total: number): Returning {
  const outbox: Sent[] = [];
  const provider: (() => void)[] = [];
  const granted = new Map<string, boolean>();
  const restocked = new Map<string, number>();
  const refunded = new Map<string, number>();
  const asked = new Map<string, number>();
  const answers = new Map<string, Pick<Sent, 'type' | 'data'>>();
  let captured = false;
  let events = 0;

  const send = (commandKey: string, type: string, data: Sent['data']): void => {
    events += 1;
    outbox.push({ eventId: `event-${events}`, commandKey, type, data });
  };

  const refund = ({ intentKey, data }: IssuedCommand): Pick<Sent, 'type' | 'data'> => {
    const refundId = String(data['refundId']);
    const amount = Number(data['amount']);
    const ids = { paymentId: 'o1', orderId: 'o1', refundId };
    const refuse = (code: string) => ({
      type: 'PaymentRequestRefused',
      data: { ...ids, request: 'refund', code, message: code },
    });
    if (!captured) return refuse('not-captured-yet');
    if (asked.has(refundId)) return refuse('refund-exists');
    const under = [...asked.values()].reduce((sum, each) => sum + each, 0);
    if (under + amount > total) return refuse('refund-too-large');
    asked.set(refundId, amount);
    provider.push(() => {
      refunded.set(refundId, amount);
      const answer = { type: 'PaymentRefunded', data: { ...ids, amount } };
      answers.set(intentKey, answer);
      send(outcomeKey(intentKey), answer.type, answer.data);
    });
    return { type: 'PaymentRefundRequested', data: ids };
  };

  const handle = (command: IssuedCommand): Pick<Sent, 'type' | 'data'> => {
    const { type, data } = command;
    const returnId = String(data['returnId']);
    switch (type) {
      case 'RestockReturn': {
        const key = `${returnId}/${String(data['sku'])}`;
        if (restocked.has(key)) throw new Error(`${key} was restocked twice`);
        restocked.set(key, Number(data['quantity']));
        return { type: 'StockRestocked', data };
      }
      case 'RefundPayment':
        return refund(command);
      case 'CompleteReturn':
        if (granted.get(returnId) !== false) throw new Error(`${returnId} is not open`);
        granted.set(returnId, true);
        return { type: 'OrderReturnCompleted', data };
      default:
        throw new Error(`nobody takes ${type}`);
    }
  };

  return {
    outbox,
    provider,
    granted,
    restocked,
    refunded,
    request({ returnId, lines, refund: amount }) {
      granted.set(returnId, false);
      const data = { orderId: 'o1', returnId, lines, refund: amount, currency: 'GBP', reason: 'broken' };
      send('http:return', 'OrderReturnRequested', data);
    },
    capture() {
      captured = true;
    },
    receive: createInbox(answers, send, handle),
  };
}
