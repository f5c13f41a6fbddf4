import { paymentStream, paymentEvents } from '@daybook/contracts';
import { eventCodec } from '@daybook/eventstore';
import type { CostBudget } from '@daybook/eventstore/testing';
import { type PaymentCommand, paymentDecider, type PaymentEvent } from '@daybook/payment-domain';
import { costBudgets } from '@daybook/service-kit/testing/cost-budgets';

/** Whoever passes a budget raises it here, in the open. */
const budgets: Readonly<Record<PaymentCommand['type'], CostBudget>> = {
  AuthorizePayment: { requestUnits: 8, roundTrips: 1 },
  VoidPayment: { requestUnits: 8, roundTrips: 1 },
  CapturePayment: { requestUnits: 8, roundTrips: 1 },
  RefundPayment: { requestUnits: 8, roundTrips: 1 },
  RequestRefund: { requestUnits: 8, roundTrips: 1 },
  RecordAuthorization: { requestUnits: 8, roundTrips: 1 },
  RecordVoid: { requestUnits: 8, roundTrips: 1 },
  RecordCapture: { requestUnits: 8, roundTrips: 1 },
  RecordRefund: { requestUnits: 8, roundTrips: 1 },
};

const done = { kind: 'done', providerReference: 'sandbox-000000000001' } as const;
const of = (paymentId: string) => ({ paymentId, orderId: paymentId });
const authorize = (paymentId: string): PaymentCommand => ({
  type: 'AuthorizePayment',
  data: { ...of(paymentId), amount: 900, currency: 'GBP', token: 'tok_ok' },
});

const story: readonly (readonly [string, PaymentCommand])[] = [
  ['p1', authorize('p1')],
  ['p1', { type: 'RecordAuthorization', result: done }],
  ['p1', { type: 'CapturePayment', data: { ...of('p1'), amount: 900 } }],
  ['p1', { type: 'RecordCapture', result: done }],
  ['p1', { type: 'RefundPayment', data: { ...of('p1'), refundId: 'r1', amount: 100, reason: 'broken' } }],
  ['p1', { type: 'RecordRefund', refundId: 'r1', result: done }],
  ['p1', { type: 'RequestRefund', data: { refundId: 'r2', amount: 100, reason: 'goodwill' } }],
  ['p2', authorize('p2')],
  ['p2', { type: 'VoidPayment', data: of('p2') }],
  ['p2', { type: 'RecordVoid' }],
];

costBudgets({
  of: 'payments',
  service: 'payment',
  category: 'payment',
  codec: eventCodec<PaymentEvent>(paymentEvents),
  decider: paymentDecider,
  streamOf: paymentStream,
  first: ['AuthorizePayment'],
  story,
  budgets,
});
