import { z } from 'zod';
import { sku } from '../values.ts';
import { asOfQuery, eventsQuery, pageOf, shownEvent, version } from './answers.ts';
import { type Endpoint, endpointsOf, everybody, operators, staff } from './endpoint.ts';
import { inventoryRequests, listStockQuery } from './inventory-http.ts';

const { get, post } = endpointsOf('Stock');

const pieces = z.int().min(0);
const stock = z.strictObject({ sku, onHand: pieces, reserved: pieces, available: pieces, version });
/** Of one item of several: the stock of it, or why it was not received. */
const received = z.union([stock, z.strictObject({ sku, refused: z.string(), detail: z.string().optional() })]);

const unknown = { 'sku-unknown': 404 };
const counted = { command: 'If-Match possible', etag: true, answers: { 200: stock } } as const;
const id = '/v1/stock/:sku';

/** What the inventory service has besides what every service has. */
export const inventoryEndpoints: readonly Endpoint[] = [
  get('/v1/stock', 'Stock, also what is running low', staff, {
    ...{ query: listStockQuery, answers: { 200: pageOf(stock) }, problems: { 'bad-cursor': 400 } },
  }),
  post('/v1/stock/receipts', 'Several articles have arrived', staff, {
    ...{ command: 'If-Match possible', body: inventoryRequests.receipts },
    answers: { 200: z.strictObject({ items: z.array(received) }) },
  }),
  get(id, 'Stock of one article', everybody, {
    ...{ etag: true, recorded: 'read', query: asOfQuery, answers: { 200: stock } },
    problems: { ...unknown, 'version-unknown': 404 },
  }),
  post(`${id}/receive`, 'Pieces have arrived', staff, {
    ...{ ...counted, body: inventoryRequests.receiveStock, problems: { 'too-much-stock': 409 } },
  }),
  post(`${id}/adjust`, 'Correct the count', staff, {
    ...{ ...counted, body: inventoryRequests.adjustStock },
    problems: { 'insufficient-stock': 409, 'too-much-stock': 409 },
  }),
  get(`${id}/events`, 'What happened to the stock of an article', operators, {
    ...{ recorded: 'read', query: eventsQuery, answers: { 200: pageOf(shownEvent) }, problems: unknown },
  }),
];
