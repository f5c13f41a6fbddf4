import { createHash } from 'node:crypto';
import {
  entityId,
  listOrdersQuery,
  orderRequests,
  orderStream,
  orderSummaryQuery,
  pageQuery,
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
}

export function orderRoutes({ orders, summaries, sales, customers, erase, ...reading }: OrderRoutes): Router {
  const { store, runtime } = reading;
  const router = Router();
  const runner = { aggregates: orders, store, runtime };
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
    await run(request, response, orderId, command, {
      status: 202,
      location: `/v1/orders/${encodeURIComponent(orderId)}`,
      body: (state, version) => ({ orderId, status: state.status, version }),
    });
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

  /** A command about an order that is there. */
  async function change(request: Request, response: Response, command: OrderCommand, status = 200): Promise<void> {
    await requireOwnOrder(request);
    await run(request, response, orderIdOf(request), command, {
      status,
      body: (state, version) => orderView(state, version) ?? {},
    });
  }

  /** To a customer somebody else's order is not there. Whose it is never changes, so a warm state is good enough. */
  async function requireOwnOrder(request: Request): Promise<void> {
    if (actsForAnybody(request)) return;
    const { state } = await orders.load(orderStream(orderIdOf(request)));
    if (state.status !== 'none' && !mayActFor(request, state.customerId)) throw unknownOrder(request);
  }

  function run(
    request: Request,
    response: Response,
    orderId: string,
    command: OrderCommand,
    answer: Answer<OrderState>,
  ): Promise<void> {
    const fresh = command.type === 'PlaceOrder';
    return handleCommand(runner, request, response, { streamId: orderStream(orderId), command, answer, fresh });
  }

  return router;
}

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
