import type { ServiceName } from '../topology/topology.ts';
import { sagaActionNames } from './fulfilment-http.ts';

/** What a caller may be: a person who buys, a person who runs the shop, or another program. */
export const callerRoles = ['customer', 'operator', 'service'] as const;
export type CallerRole = (typeof callerRoles)[number];

/** One endpoint of a service, and who may use it. What is not listed nobody may use. */
export interface Endpoint {
  readonly method: 'GET' | 'POST';
  /** With `:parameters`, as routes have it. */
  readonly path: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** Any of them is enough. A customer only ever meets what is their own. */
  readonly roles: readonly CallerRole[];
}

const everybody = callerRoles;
const staff = ['operator', 'service'] as const;
const operators = ['operator'] as const;

const get = (path: string, summary: string, roles: readonly CallerRole[]): Endpoint => ({
  ...{ method: 'GET', path, summary, roles },
});
const post = (path: string, summary: string, roles: readonly CallerRole[]): Endpoint => ({
  ...{ method: 'POST', path, summary, roles },
});

/** Every service has these, for those who run it. */
export const commonEndpoints: readonly Endpoint[] = [
  get('/v1/events', 'Events by correlation id', operators),
  get('/v1/dead-letters', 'What could not be handled', operators),
  get('/v1/dead-letters/groups', 'What could not be handled, by failure', operators),
  post('/v1/dead-letters/replay', 'Handle it again', operators),
  post('/v1/dead-letters/discard', 'Remove it for good', operators),
  get('/v1/outbox', 'What is published by outbox, by status', operators),
  post('/v1/outbox/retry', 'Send again what could not be published', operators),
  get('/v1/feeds', 'Change feeds, their ranges and lag', operators),
  post('/v1/feeds/:name/rewind', 'Follow a feed again from an earlier point', operators),
  get('/v1/read-models', 'Read models, their builds and progress', operators),
  post('/v1/read-models/:name/rebuild', 'Begin another build beside the one that serves', operators),
  post('/v1/read-models/:name/parity', 'Compare the two builds', operators),
  post('/v1/read-models/:name/switch', 'Let the other build serve', operators),
  post('/v1/read-models/:name/rollback', 'Let the build serve that served before', operators),
  post('/v1/read-models/:name/retire', 'Delete a build that does not serve', operators),
];

/** The endpoints of every service. */
export const endpoints: Readonly<Record<ServiceName, readonly Endpoint[]>> = {
  order: [
    post('/v1/orders', 'Place an order', everybody),
    get('/v1/orders', 'Orders, by status and customer', staff),
    get('/v1/orders/:orderId', 'One order', everybody),
    get('/v1/orders/:orderId/summary', 'One order as the read model has it', everybody),
    post('/v1/orders/:orderId/cancel', 'Cancel an order', everybody),
    post('/v1/orders/:orderId/ship', 'An order has left', staff),
    post('/v1/orders/:orderId/deliver', 'An order has arrived', staff),
    post('/v1/orders/:orderId/returns', 'Send back some or all of an order', everybody),
    get('/v1/orders/:orderId/events', 'What happened to an order', operators),
    get('/v1/customers/:customerId/orders', 'Orders of a customer', everybody),
    get('/v1/customers/:customerId/totals', 'What a customer has ordered in sum', everybody),
    get('/v1/reports/sales', 'Sales by day and article', staff),
    post('/v1/subjects/:subject/erase', 'Erase the personal data of a person', operators),
    ...commonEndpoints,
  ],
  inventory: [
    get('/v1/stock', 'Stock, also what is running low', staff),
    post('/v1/stock/receipts', 'Several articles have arrived', staff),
    get('/v1/stock/:sku', 'Stock of one article', everybody),
    post('/v1/stock/:sku/receive', 'Pieces have arrived', staff),
    post('/v1/stock/:sku/adjust', 'Correct the count', staff),
    get('/v1/stock/:sku/events', 'What happened to the stock of an article', operators),
    ...commonEndpoints,
  ],
  payment: [
    get('/v1/payments', 'Payments, by order', staff),
    get('/v1/payments/:paymentId', 'One payment', staff),
    get('/v1/payments/:paymentId/events', 'What happened to a payment', operators),
    post('/v1/payments/:paymentId/refunds', 'Give money back', operators),
    ...commonEndpoints,
  ],
  fulfilment: [
    get('/v1/sagas', 'Sagas, by type, status and step', staff),
    get('/v1/sagas/totals', 'Money and stock at stake', operators),
    get('/v1/sagas/:sagaId', 'One saga, and why it waits', staff),
    get('/v1/sagas/:sagaId/history', 'What happened to a saga', operators),
    ...sagaActionNames.map((action) => post(`/v1/sagas/:sagaId/${action}`, `Operators: ${action}`, operators)),
    ...commonEndpoints,
  ],
};
