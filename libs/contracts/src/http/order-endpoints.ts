import { z } from 'zod';
import { orderStatus } from '../events/order-events.ts';
import { amount, currency, entityId, orderLine, reason, sku, skuQuantity } from '../values.ts';
import { asOfQuery, eventsQuery, pageOf, shownEvent, utc, version } from './answers.ts';
import { type Endpoint, endpointsOf, everybody, operators, staff } from './endpoint.ts';
import { operatorRequests } from './operator-http.ts';
import { listOrdersQuery, orderRequests, orderSummaryQuery, pageQuery, salesReportQuery } from './order-http.ts';

const { get, post, remove } = endpointsOf('Orders');

const count = z.int().min(0);
const acceptedOrder = z.strictObject({ orderId: entityId, status: orderStatus, version });
const orderReturn = z.strictObject({
  returnId: z.string(),
  lines: z.array(skuQuantity),
  refund: amount,
  completed: z.boolean(),
});
const order = z.strictObject({
  orderId: entityId,
  customerId: entityId,
  status: orderStatus,
  currency,
  total: amount,
  lines: z.array(orderLine),
  /** Of one that was rejected or cancelled. */
  reason: reason.optional(),
  /** From here on: of one that was sent. */
  carrier: z.string().optional(),
  trackingNumber: z.string().optional(),
  returns: z.array(orderReturn).optional(),
  version,
});
const orderSummary = z.strictObject({
  orderId: entityId,
  customerId: entityId,
  status: orderStatus,
  currency,
  total: amount,
  lineCount: count,
  placedAt: utc,
  updatedAt: utc,
  version,
});
const customerTotals = z.strictObject({ currency, orders: count, lost: count, spent: amount, refunded: amount });
const dailySales = z.strictObject({
  day: z.iso.date(),
  sku,
  currency,
  units: count,
  revenue: amount,
  returned: count,
  refunded: amount,
});
const receipt = z.strictObject({
  subject: entityId,
  kid: z.string(),
  erasedAt: utc,
  actor: z.string(),
  reason,
  streams: z.array(z.string()),
  streamCount: count,
  derived: z.array(z.strictObject({ kind: z.string(), name: z.string(), personalFields: z.enum(['none', 'removed']) })),
  keyCachesEndAt: utc,
  keyBackupsEndAt: utc,
});

const unknown = { 'order-unknown': 404 };
const notYours = { 'not-yours': 403 };
const badCursor = { 'bad-cursor': 400 };
const tooMuch = { 'quantity-too-large': 409, 'total-too-large': 409 };
const id = '/v1/orders/:orderId';

const changed = { command: 'If-Match possible', etag: true, answers: { 200: order } } as const;

/** What the order service has besides what every service has. */
export const orderEndpoints: readonly Endpoint[] = [
  post('/v1/orders', 'Place an order', everybody, {
    ...{ command: 'If-Match possible', etag: true },
    body: orderRequests.placeOrder,
    answers: { 202: acceptedOrder },
    problems: { ...notYours, 'order-exists': 409, ...tooMuch },
  }),
  post('/v1/orders/drafts', 'Begin an order without submitting it', everybody, {
    ...{ command: 'If-Match possible', etag: true },
    body: orderRequests.draftOrder,
    answers: { 201: acceptedOrder },
    problems: { ...notYours, 'order-exists': 409 },
  }),
  post(`${id}/lines`, 'Add a line to a draft', everybody, {
    ...{ ...changed, body: orderRequests.addLine },
    problems: { ...unknown, 'cannot-edit': 409, 'too-many-lines': 409, ...tooMuch },
  }),
  remove(`${id}/lines/:sku`, 'Take every line of an article out of a draft', everybody, {
    ...{ ...changed, problems: { ...unknown, 'line-unknown': 404, 'cannot-edit': 409 } },
  }),
  post(`${id}/submit`, 'Submit a draft', everybody, {
    ...{ command: 'If-Match possible', etag: true },
    body: orderRequests.submitOrder,
    answers: { 202: acceptedOrder },
    problems: { ...unknown, 'cannot-submit': 409, 'draft-empty': 409 },
  }),
  get('/v1/orders', 'Orders, by status and customer', staff, {
    ...{ query: listOrdersQuery, answers: { 200: pageOf(orderSummary) }, problems: badCursor },
  }),
  get(id, 'One order', everybody, {
    ...{ etag: true, recorded: 'read', query: asOfQuery, answers: { 200: order } },
    problems: { ...unknown, 'version-unknown': 404 },
  }),
  get(`${id}/summary`, 'One order as the read model has it', everybody, {
    ...{ etag: true, query: orderSummaryQuery, answers: { 200: orderSummary } },
    problems: { ...unknown, 'not-yet-visible': 503 },
  }),
  post(`${id}/cancel`, 'Cancel an order, or give up a draft', everybody, {
    ...{ ...changed, body: orderRequests.cancelOrder, problems: { ...unknown, 'cannot-cancel': 409 } },
  }),
  post(`${id}/ship`, 'An order has left', staff, {
    ...{ ...changed, body: orderRequests.shipOrder, problems: { ...unknown, 'cannot-ship': 409 } },
  }),
  post(`${id}/deliver`, 'An order has arrived', staff, {
    ...{ ...changed, body: orderRequests.deliverOrder, problems: { ...unknown, 'cannot-deliver': 409 } },
  }),
  post(`${id}/returns`, 'Send back some or all of an order', everybody, {
    ...{ ...changed, answers: { 202: order }, body: orderRequests.requestReturn },
    problems: { ...unknown, 'cannot-return': 409, 'return-too-large': 409 },
  }),
  get(`${id}/events`, 'What happened to an order', operators, {
    ...{ recorded: 'read', query: eventsQuery, answers: { 200: pageOf(shownEvent) }, problems: unknown },
  }),
  get('/v1/customers/:customerId/orders', 'Orders of a customer', everybody, {
    ...{ query: pageQuery, answers: { 200: pageOf(orderSummary) }, problems: { ...notYours, ...badCursor } },
  }),
  get('/v1/customers/:customerId/totals', 'What a customer has ordered in sum', everybody, {
    answers: { 200: z.strictObject({ customerId: entityId, items: z.array(customerTotals) }) },
    problems: notYours,
  }),
  get('/v1/reports/sales', 'Sales by day and article', staff, {
    ...{ query: salesReportQuery, answers: { 200: pageOf(dailySales) }, problems: badCursor },
  }),
  post('/v1/subjects/:subject/erase', 'Erase the personal data of a person', operators, {
    ...{ recorded: 'action', body: operatorRequests.plain, answers: { 200: receipt } },
    problems: { 'subject-unknown': 404 },
  }),
];
