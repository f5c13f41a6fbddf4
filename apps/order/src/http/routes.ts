import { createHash } from 'node:crypto';
import {
  entityId,
  listOrdersQuery,
  orderRequests,
  orderStream,
  orderSummaryQuery,
  pageQuery,
  sku,
} from '@daybook/contracts';
import type { AggregateStore, Erasure } from '@daybook/eventstore';
import type { OrderCommand, OrderEvent, OrderState } from '@daybook/order-domain';
import type { Runtime } from '@daybook/ports';
import type { StreamReader } from '@daybook/projections';
import {
  type Answer,
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
  subjectRoutes,
  actsForAnybody,
  callerOf,
  mayActFor,
  requireOwn,
  validate,
} from '@daybook/service-kit';
import { type Request, type Response, Router } from 'express';
import type { OrderSummary } from '../read-models/order-summary/order-summary.ts';
import { newestFirst, orderConditions, summaryView } from './order-list.ts';
import { orderView } from './order-view.ts';
import { type ReportRoutes, reportRoutes } from './report-routes.ts';

export interface OrderRoutes extends EventReading, ReportRoutes {
  readonly orders: AggregateStore<OrderCommand, OrderEvent, OrderState>;
  readonly summaries: StreamReader<OrderSummary>;
  readonly erase: Erasure;
  readonly answers: KeptAnswers;
}

export function orderRoutes({ orders, summaries, sales, customers, erase, answers, ...reading }: OrderRoutes): Router {
  const { store, runtime } = reading;
  const router = Router();
  const runner = { aggregates: orders, store, answers, runtime };
  router.use(subjectRoutes({ erase, runtime }), reportRoutes({ sales, customers }));

  router.post('/v1/orders', async (request, response) => {
    const body = validate(orderRequests.placeOrder, request.body);
    requireOwn(request, body.customerId);
    const context = commandContext(request, runtime);
    const orderId = body.orderId ?? newOrderId(request, context.idempotencyKey, runtime);
    const { shipTo, ...data } = body;
    const command: OrderCommand = {
      type: 'PlaceOrder',
      data: shipTo === undefined ? { ...data, orderId } : { ...data, orderId, shipTo },
    };
    await begin(request, response, orderId, command, 202);
  });

  router.post('/v1/orders/drafts', async (request, response) => {
    const body = validate(orderRequests.draftOrder, request.body);
    requireOwn(request, body.customerId);
    const context = commandContext(request, runtime);
    const orderId = body.orderId ?? newOrderId(request, context.idempotencyKey, runtime);
    await begin(request, response, orderId, { type: 'DraftOrder', data: { ...body, orderId } }, 201);
  });
  router.post('/v1/orders/:orderId/lines', async (request, response) => {
    const data = validate(orderRequests.addLine, request.body);
    await change(request, response, { type: 'AddLine', data });
  });
  router.delete('/v1/orders/:orderId/lines/:sku', async (request, response) => {
    const data = { sku: validate(sku, request.params.sku, 'sku') };
    await change(request, response, { type: 'RemoveLines', data });
  });
  router.post('/v1/orders/:orderId/submit', async (request, response) => {
    const { payment, shipTo } = validate(orderRequests.submitOrder, request.body);
    const data = shipTo === undefined ? { payment } : { payment, shipTo };
    await requireOwnOrder(request);
    const orderId = orderIdOf(request);
    await run(request, response, orderId, { type: 'SubmitOrder', data }, begun(orderId, 202));
  });

  router.post('/v1/orders/:orderId/cancel', async (request, response) => {
    const data = validate(orderRequests.cancelOrder, request.body);
    await change(request, response, { type: 'CancelOrder', data });
  });
  router.post('/v1/orders/:orderId/ship', async (request, response) => {
    const data = validate(orderRequests.shipOrder, request.body);
    await change(request, response, { type: 'ShipOrder', data });
  });
  router.post('/v1/orders/:orderId/deliver', async (request, response) => {
    validate(orderRequests.deliverOrder, request.body);
    await change(request, response, { type: 'DeliverOrder' });
  });
  router.post('/v1/orders/:orderId/returns', async (request, response) => {
    const data = validate(orderRequests.requestReturn, request.body);
    await change(request, response, { type: 'RequestReturn', data }, 202);
  });

  router.get('/v1/orders', async (request, response) => {
    const { after, limit, ...asked } = validate(listOrdersQuery, request.query, 'query');
    const where = orderConditions(asked);
    response.json(await itemPage(summaries, { where, orderBy: newestFirst, limit, after }, summaryView));
  });
  router.get('/v1/customers/:customerId/orders', async (request, response) => {
    const { after, limit } = validate(pageQuery, request.query, 'query');
    const customerId = validate(entityId, request.params.customerId, 'customerId');
    requireOwn(request, customerId);
    const where = orderConditions({ customerId });
    response.json(await itemPage(summaries, { where, orderBy: newestFirst, limit, after }, summaryView));
  });
  router.get('/v1/orders/:orderId/summary', async (request, response) => {
    const { minVersion } = validate(orderSummaryQuery, request.query, 'query');
    const item = await itemAtVersion(summaries, orderStream(orderIdOf(request)), minVersion, runtime);
    if (item === undefined || !mayActFor(request, item.customerId)) throw unknownOrder(request);
    response.set('ETag', etag(item.streamVersion)).json(summaryView(item));
  });
  router.get('/v1/orders/:orderId', async (request, response) => {
    // Before the past is looked for: what it answers tells how far the stream has come.
    await requireOwnOrder(request);
    const { state, version } = await stateAsAsked(orders, reading, request, orderStream(orderIdOf(request)));
    if (state.status === 'none' || !mayActFor(request, state.customerId)) throw unknownOrder(request);
    response.set('ETag', etag(version)).json(orderView(state, version));
  });
  router.get('/v1/orders/:orderId/events', async (request, response) => {
    const page = await eventPage(reading, request, orderStream(orderIdOf(request)));
    if (page === undefined) throw unknownOrder(request);
    response.json(page);
  });

  /** A command that an order begins with. To a customer an id that somebody else has used is taken, and no more than that. */
  async function begin(
    request: Request,
    response: Response,
    orderId: string,
    command: OrderCommand,
    status: 201 | 202,
  ): Promise<void> {
    try {
      await run(request, response, orderId, command, begun(orderId, status));
    } catch (error) {
      const isTaken = error instanceof Problem && error.code === 'order-exists';
      if (!isTaken || (await isOwnOrder(request, orderId))) throw error;
      throw new Problem(409, 'order-exists', `The id ${orderId} is taken.`);
    }
  }

  /** A command about an order that is there. */
  async function change(request: Request, response: Response, command: OrderCommand, status = 200): Promise<void> {
    await requireOwnOrder(request);
    await run(request, response, orderIdOf(request), command, {
      status,
      body: (state, version) => orderView(state, version) ?? {},
    });
  }

  /** To a customer somebody else's order is not there. */
  async function requireOwnOrder(request: Request): Promise<void> {
    if (!(await isOwnOrder(request, orderIdOf(request)))) throw unknownOrder(request);
  }

  /** True where there is none, too. Whose an order is never changes, so a warm state is good enough. */
  async function isOwnOrder(request: Request, orderId: string): Promise<boolean> {
    if (actsForAnybody(request)) return true;
    const { state } = await orders.load(orderStream(orderId));
    return state.status === 'none' || mayActFor(request, state.customerId);
  }

  function run(
    request: Request,
    response: Response,
    orderId: string,
    command: OrderCommand,
    answer: Answer<OrderState>,
  ): Promise<void> {
    const fresh = command.type === 'PlaceOrder' || command.type === 'DraftOrder';
    return handleCommand(runner, request, response, { streamId: orderStream(orderId), command, answer, fresh });
  }

  return router;
}

/** Where the order is, and how far. */
const begun = (orderId: string, status: 201 | 202): Answer<OrderState> => ({
  status,
  location: `/v1/orders/${encodeURIComponent(orderId)}`,
  body: (state, version) => ({ orderId, status: state.status, version }),
});

/** With an `Idempotency-Key` a repeated request must find the order that the first one made, and nobody else's. */
function newOrderId(request: Request, idempotencyKey: string | undefined, runtime: Runtime): string {
  if (idempotencyKey === undefined) return runtime.newId();
  const caller = callerOf(request)?.id;
  const seed = caller === undefined ? idempotencyKey : `${caller} ${idempotencyKey}`;
  return `k-${createHash('sha256').update(seed).digest('hex').slice(0, 32)}`;
}

function orderIdOf(request: Request): string {
  return validate(entityId, request.params['orderId'], 'orderId');
}

function unknownOrder(request: Request): Problem {
  return new Problem(404, 'order-unknown', `There is no order ${orderIdOf(request)}.`);
}
