import { createHash } from 'node:crypto';
import { entityId, listPaymentsQuery, paymentIdOf, paymentRequests, paymentStream } from '@daybook/contracts';
import type { AggregateStore } from '@daybook/eventstore';
import type { PaymentCommand, PaymentEvent, PaymentState } from '@daybook/payment-domain';
import type { StreamReader } from '@daybook/projections';
import {
  commandContext,
  etag,
  eventPage,
  type EventReading,
  handleCommand,
  itemAtVersion,
  itemPage,
  type KeptAnswers,
  Problem,
  stateAsAsked,
  validate,
} from '@daybook/service-kit';
import { type Request, Router } from 'express';
import { type PaymentSummary, paymentView } from '../read-models/payment-summary/payment-summary.ts';

export interface PaymentRoutes extends EventReading {
  readonly payments: AggregateStore<PaymentCommand, PaymentEvent, PaymentState>;
  readonly summaries: StreamReader<PaymentSummary>;
  readonly answers: KeptAnswers;
}

export function paymentRoutes({ payments, summaries, answers, ...reading }: PaymentRoutes): Router {
  const { store, runtime } = reading;
  const router = Router();

  router.get('/v1/payments', async (request, response) => {
    const { orderId, minVersion, after, limit } = validate(listPaymentsQuery, request.query, 'query');
    if (orderId === undefined) {
      response.json(await itemPage(summaries, { where: [], limit, after }, itemView));
      return;
    }
    // An order has one payment, whose id follows from the order's: no list has to be asked.
    const item = await itemAtVersion(summaries, paymentStream(paymentIdOf(orderId)), minVersion, runtime);
    response.json({ items: item === undefined ? [] : [itemView(item)] });
  });
  router.get('/v1/payments/:paymentId', async (request, response) => {
    const { state, version } = await stateAsAsked(payments, reading, request, paymentStream(paymentIdAsked(request)));
    const view = paymentView(state);
    if (view === undefined) throw unknownPayment(request);
    response.set('ETag', etag(version)).json({ ...view, version });
  });
  router.get('/v1/payments/:paymentId/events', async (request, response) => {
    const page = await eventPage(reading, request, paymentStream(paymentIdAsked(request)));
    if (page === undefined) throw unknownPayment(request);
    response.json(page);
  });

  router.post('/v1/payments/:paymentId/refunds', async (request, response) => {
    const body = validate(paymentRequests.requestRefund, request.body);
    const context = commandContext(request, runtime);
    const digest = createHash('sha256').update(context.metadata.commandKey).digest('hex').slice(0, 24);
    const command: PaymentCommand = { type: 'RequestRefund', data: { refundId: `op-${digest}`, ...body } };
    await handleCommand({ aggregates: payments, store, answers, runtime }, request, response, {
      ...{ streamId: paymentStream(paymentIdAsked(request)), command, context },
      answer: { status: 202, body: (state, version) => ({ ...paymentView(state), version }) },
    });
  });

  return router;
}

function itemView({ state, streamVersion }: PaymentSummary & { readonly streamVersion: number }): object {
  return { ...paymentView(state), version: streamVersion };
}

function paymentIdAsked(request: Request): string {
  return validate(entityId, request.params['paymentId'], 'paymentId');
}

function unknownPayment(request: Request): Problem {
  return new Problem(404, 'payment-unknown', `There is no payment ${paymentIdAsked(request)}.`);
}
