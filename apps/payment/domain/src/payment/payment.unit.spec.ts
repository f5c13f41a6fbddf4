import { spec } from '@daybook/testing';
import { paymentDecider, type ProviderResult } from './decide.ts';
import type { PaymentEvent } from './events.ts';
import { evolve, initialPayment, statusOf } from './state.ts';

const ids = { paymentId: 'o1', orderId: 'o1' };
const done = (providerReference: string) => ({ kind: 'done', providerReference }) as const;
const declined = { kind: 'refused', code: 'card-declined', message: 'The card was declined.' } as const;

const authorize = { type: 'AuthorizePayment', data: { ...ids, amount: 900, currency: 'GBP', token: 't' } } as const;
const voidIt = { type: 'VoidPayment', data: ids } as const;
const capture = (amount = 900) => ({ type: 'CapturePayment', data: { ...ids, amount } }) as const;
const refund = (refundId: string, amount: number) =>
  ({ type: 'RefundPayment', data: { ...ids, refundId, amount, reason: 'broken' } }) as const;
const refundByOperator = (refundId: string, amount: number) =>
  ({ type: 'RequestRefund', data: { refundId, amount, reason: 'goodwill' } }) as const;
const authorizationIs = (result: ProviderResult) => ({ type: 'RecordAuthorization', result }) as const;
const captureIs = (result: Exclude<ProviderResult, { kind: 'unknown' }>) =>
  ({ type: 'RecordCapture', result }) as const;
const refundIs = (refundId: string, result: Exclude<ProviderResult, { kind: 'unknown' }>) =>
  ({ type: 'RecordRefund', refundId, result }) as const;

const requested: PaymentEvent = { type: 'PaymentAuthorizationRequested', data: authorize.data };
const authorized: PaymentEvent = {
  type: 'PaymentAuthorized',
  data: { ...ids, amount: 900, currency: 'GBP', providerReference: 'charge-o1' },
};
const wasDeclined: PaymentEvent = {
  type: 'PaymentDeclined',
  data: { ...ids, code: 'card-declined', message: 'The card was declined.' },
};
const unknown: PaymentEvent = { type: 'PaymentAuthorizationUnknown', data: { ...ids, message: 'No answer.' } };
const voidRequested: PaymentEvent = { type: 'PaymentVoidRequested', data: ids };
const voided = (amount: number): PaymentEvent => ({ type: 'PaymentVoided', data: { ...ids, amount } });
const captureRequested: PaymentEvent = { type: 'PaymentCaptureRequested', data: { ...ids, amount: 900 } };
const captured: PaymentEvent = {
  type: 'PaymentCaptured',
  data: { ...ids, amount: 900, currency: 'GBP', providerReference: 'capture-o1' },
};
const refundRequested = (refundId: string, amount: number): PaymentEvent => ({
  type: 'PaymentRefundRequested',
  data: { ...ids, refundId, amount, reason: 'broken' },
});
const refunded = (refundId: string, amount: number): PaymentEvent => ({
  type: 'PaymentRefunded',
  data: { ...ids, refundId, amount, currency: 'GBP', providerReference: `refund-${refundId}` },
});
type Request = 'authorize' | 'void' | 'capture' | 'refund';
const refused = (request: Request, status: string): PaymentEvent => ({
  type: 'PaymentRequestRefused',
  data: { ...ids, request, code: `payment-${status}`, message: `Cannot ${request}: the payment is ${status}.` },
});
const byProvider = (request: Request, refundId?: string): PaymentEvent => ({
  type: 'PaymentRequestRefused',
  data: {
    ...ids,
    request,
    ...(refundId === undefined ? {} : { refundId }),
    code: 'provider-refused',
    message: declined.message,
  },
});

const histories = {
  none: [],
  authorizing: [requested],
  authorized: [requested, authorized],
  declined: [requested, wasDeclined],
  unknown: [requested, unknown],
  voiding: [requested, authorized, voidRequested],
  voided: [requested, authorized, voidRequested, voided(900)],
  capturing: [requested, authorized, captureRequested],
  captured: [requested, authorized, captureRequested, captured],
} as const satisfies Record<string, readonly PaymentEvent[]>;
type Status = keyof typeof histories;
const statuses = Object.keys(histories) as Status[];
const allBut = (...left: readonly Status[]): Status[] => statuses.filter((status) => !left.includes(status));

const payment = spec(paymentDecider);
const given = (status: Status) => payment.given(...histories[status]);
const statusAfter = (...events: readonly PaymentEvent[]) => statusOf(events.reduce(evolve, initialPayment));

it.each(allBut('none'))('the history of %s leads there', (status) => {
  expect(statusAfter(...histories[status])).toBe(status);
});

describe('authorizing', () => {
  it('is noted before the provider is asked', () => {
    given('none').when(authorize).then(requested);
  });

  it.each(allBut('none'))('twice, or late, is refused: %s', (status) => {
    given(status).when(authorize).then(refused('authorize', status));
  });

  it('is refused after a void that came first', () => {
    payment.given(voided(0)).when(authorize).then(refused('authorize', 'voided'));
  });

  it('ends as the provider says', () => {
    given('authorizing')
      .when(authorizationIs(done('charge-o1')))
      .then(authorized);
    given('authorizing').when(authorizationIs(declined)).then(wasDeclined);
    given('authorizing')
      .when(authorizationIs({ kind: 'unknown', message: 'No answer.' }))
      .then(unknown);
  });

  it.each(allBut('authorizing', 'voiding'))('an answer that nobody waits for changes nothing: %s', (status) => {
    given(status)
      .when(authorizationIs(done('charge-o1')))
      .then();
  });
});

describe('voiding', () => {
  it.each(['none', 'declined', 'voided'] as const)('where nothing is held is done at once: %s', (status) => {
    given(status).when(voidIt).then(voided(0));
  });

  it.each(['authorizing', 'authorized', 'unknown', 'voiding'] as const)('asks the provider: %s', (status) => {
    given(status).when(voidIt).then(voidRequested);
  });

  it.each(['capturing', 'captured'] as const)('is refused once money moves: %s', (status) => {
    given(status).when(voidIt).then(refused('void', status));
  });

  it('releases what was held', () => {
    given('voiding').when({ type: 'RecordVoid' }).then(voided(900));
    payment.given(requested, unknown, voidRequested).when({ type: 'RecordVoid' }).then(voided(0));
  });

  it('twice is answered twice, and gives back once', () => {
    given('voided').when({ type: 'RecordVoid' }).then(voided(0));
    const once = histories.voided.reduce(evolve, initialPayment);
    expect(evolve(once, voided(0))).toEqual(once);
  });

  it.each(allBut('voiding', 'voided'))('an answer that nobody waits for changes nothing: %s', (status) => {
    given(status).when({ type: 'RecordVoid' }).then();
  });

  it('asked for while authorizing stays asked for, however the authorization ends', () => {
    const asked = payment.given(requested, voidRequested);
    asked.when(authorizationIs(done('charge-o1'))).then(authorized);
    asked.when(authorizationIs(declined)).then(wasDeclined);
    for (const end of [authorized, wasDeclined, unknown]) {
      expect(statusAfter(requested, voidRequested, end)).toBe('voiding');
    }
    payment.given(requested, voidRequested, authorized).when({ type: 'RecordVoid' }).then(voided(900));
    payment.given(requested, voidRequested, wasDeclined).when({ type: 'RecordVoid' }).then(voided(0));
  });

  it('leaves a declined payment declined', () => {
    expect(statusAfter(...histories.declined, voided(0))).toBe('declined');
  });
});

describe('capturing', () => {
  it('is noted before the provider is asked', () => {
    given('authorized').when(capture()).then(captureRequested);
  });

  it.each(allBut('authorized', 'none'))('is refused where nothing is authorized, or twice: %s', (status) => {
    given(status).when(capture()).then(refused('capture', status));
  });

  it('of a payment that is not there is refused', () => {
    given('none').when(capture()).then(refused('capture', 'unknown'));
  });

  it.each([899, 901])('takes what is authorized, whole: not %d', (amount) => {
    given('authorized')
      .when(capture(amount))
      .then({
        type: 'PaymentRequestRefused',
        data: {
          ...ids,
          request: 'capture',
          code: 'capture-not-whole',
          message: `900 is authorized and captured whole, not ${amount}.`,
        },
      });
    expect(statusAfter(...histories.authorized, refused('capture', 'authorized'))).toBe('authorized');
  });

  it('ends as the provider says; refused, it may be asked for again', () => {
    given('capturing')
      .when(captureIs(done('capture-o1')))
      .then(captured);
    given('capturing').when(captureIs(declined)).then(byProvider('capture'));
    payment
      .given(...histories.capturing, byProvider('capture'))
      .when(capture())
      .then(captureRequested);
  });

  it.each(allBut('capturing'))('an answer that nobody waits for changes nothing: %s', (status) => {
    given(status)
      .when(captureIs(done('capture-o1')))
      .then();
  });
});

describe('refunding', () => {
  const refundRefused = (refundId: string, code: string, message: string): PaymentEvent => ({
    type: 'PaymentRequestRefused',
    data: { ...ids, request: 'refund', refundId, code, message },
  });

  it('gives back a part, then the rest, and never more', () => {
    const part = [...histories.captured, refundRequested('r1', 300), refunded('r1', 300)];
    given('captured').when(refund('r1', 300)).then(refundRequested('r1', 300));
    payment
      .given(...part)
      .when(refund('r2', 600))
      .then(refundRequested('r2', 600));
    payment
      .given(...part)
      .when(refund('r2', 601))
      .then(refundRefused('r2', 'refund-too-large', '600 can still be refunded, not 601.'));
    expect(statusAfter(...part)).toBe('partially-refunded');
    expect(statusAfter(...part, refundRequested('r2', 600), refunded('r2', 600))).toBe('refunded');
  });

  it('counts what is under way', () => {
    payment
      .given(...histories.captured, refundRequested('r1', 900))
      .when(refundByOperator('r2', 1))
      .thenRefused('refund-too-large', { refundable: 0 });
  });

  it('twice under one id is refused', () => {
    for (const events of [[], [refunded('r1', 300)]]) {
      payment
        .given(...histories.captured, refundRequested('r1', 300), ...events)
        .when(refund('r1', 300))
        .then(refundRefused('r1', 'refund-exists', 'Refund r1 was asked for already.'));
    }
  });

  it('is refused where nothing was captured', () => {
    given('none').when(refundByOperator('r1', 1)).thenRefused('payment-unknown');
    for (const status of ['authorizing', 'authorized', 'capturing'] as const) {
      given(status).when(refundByOperator('r1', 1)).thenRefused('not-captured-yet');
    }
    for (const status of ['declined', 'unknown', 'voiding', 'voided'] as const) {
      given(status).when(refundByOperator('r1', 1)).thenRefused('not-captured');
      given(status)
        .when(refund('r1', 1))
        .then(refundRefused('r1', 'not-captured', `The payment is ${status}: there is nothing to refund.`));
    }
  });

  it('by an operator is noted like any other', () => {
    given('captured')
      .when(refundByOperator('op-1', 900))
      .then({ type: 'PaymentRefundRequested', data: { ...ids, refundId: 'op-1', amount: 900, reason: 'goodwill' } });
  });

  it('ends as the provider says; refused, the money can be refunded in another way', () => {
    const asked = [...histories.captured, refundRequested('r1', 900)];
    payment
      .given(...asked)
      .when(refundIs('r1', done('refund-r1')))
      .then(refunded('r1', 900));
    payment
      .given(...asked)
      .when(refundIs('r1', declined))
      .then(byProvider('refund', 'r1'));
    payment
      .given(...asked, byProvider('refund', 'r1'))
      .when(refund('r2', 900))
      .then(refundRequested('r2', 900));
  });

  it('an answer that nobody waits for changes nothing', () => {
    payment
      .given(...histories.captured, refundRequested('r1', 9), refunded('r1', 9))
      .when(refundIs('r1', done('refund-r1')))
      .then();
    given('captured')
      .when(refundIs('r1', done('refund-r1')))
      .then();
  });

  it.each(['constructor', '__proto__', 'toString'])('%s is a refund id like any other', (id) => {
    given('captured')
      .when(refundIs(id, done('x')))
      .then();
    given('captured').when(refund(id, 300)).then(refundRequested(id, 300));
    payment
      .given(...histories.captured, refundRequested(id, 300))
      .when(refund('r2', 601))
      .then(refundRefused('r2', 'refund-too-large', '600 can still be refunded, not 601.'));
    payment
      .given(...histories.captured, refundRequested(id, 300))
      .when(refundIs(id, done(`refund-${id}`)))
      .then(refunded(id, 300));
  });
});

it.each(statuses)('an answer given again changes nothing: %s', (status) => {
  const state = histories[status].reduce(evolve, initialPayment);
  expect(evolve(state, { type: 'OutcomeRepeated', data: { eventId: 'e', type: 'PaymentVoided', data: {} } })).toBe(
    state,
  );
});
