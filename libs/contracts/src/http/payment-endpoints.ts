import { z } from 'zod';
import { paymentStatus } from '../events/payment-events.ts';
import { amount, currency, entityId } from '../values.ts';
import { asOfQuery, eventsQuery, pageOf, shownEvent, version } from './answers.ts';
import { type Endpoint, endpointsOf, operators, staff } from './endpoint.ts';
import { listPaymentsQuery, paymentRequests } from './payment-http.ts';

const { get, post } = endpointsOf('Payments');

const payment = z.strictObject({
  paymentId: entityId,
  orderId: entityId,
  status: paymentStatus,
  currency,
  authorized: amount,
  captured: amount,
  refunded: amount,
  version,
});

const unknown = { 'payment-unknown': 404 };
const id = '/v1/payments/:paymentId';

/** What the payment service has besides what every service has. */
export const paymentEndpoints: readonly Endpoint[] = [
  get('/v1/payments', 'Payments, by order', staff, {
    ...{ query: listPaymentsQuery, answers: { 200: pageOf(payment) } },
    problems: { 'bad-cursor': 400, 'not-yet-visible': 503 },
  }),
  get(id, 'One payment', staff, {
    ...{ etag: true, recorded: 'read', query: asOfQuery, answers: { 200: payment } },
    problems: { ...unknown, 'version-unknown': 404 },
  }),
  get(`${id}/events`, 'What happened to a payment', operators, {
    ...{ recorded: 'read', query: eventsQuery, answers: { 200: pageOf(shownEvent) }, problems: unknown },
  }),
  post(`${id}/refunds`, 'Give money back', operators, {
    ...{ command: 'If-Match possible', etag: true, body: paymentRequests.requestRefund, answers: { 202: payment } },
    problems: {
      ...{ ...unknown, 'not-captured-yet': 409, 'not-captured': 409 },
      ...{ 'refund-exists': 409, 'refund-too-large': 409 },
    },
  }),
];
