import { inventoryRequests, isServiceSku, listStockQuery, sku as skuSchema, stockStream } from '@daybook/contracts';
import type { AggregateStore } from '@daybook/eventstore';
import { availableOf, type StockCommand, type StockEvent, type StockState } from '@daybook/inventory-domain';
import type { Condition } from '@daybook/ports';
import type { StreamReader } from '@daybook/projections';
import {
  carryOut,
  commandContext,
  type CommandContext,
  etag,
  eventPage,
  type EventReading,
  handleCommand,
  itemPage,
  type KeptAnswers,
  Problem,
  sendAnswer,
  stateAsAsked,
  validate,
} from '@daybook/service-kit';
import { type Request, type Response, Router } from 'express';
import type { StockLevel } from '../read-models/stock-level/stock-level.ts';

export interface InventoryRoutes extends EventReading {
  readonly stock: AggregateStore<StockCommand, StockEvent, StockState>;
  readonly levels: StreamReader<StockLevel>;
  readonly answers: KeptAnswers;
}

/** What runs low, the least first. */
const lowest = { field: 'lowKey', direction: 'asc' } as const;

/** Receipts of one bulk request that are written at the same time. */
const receiptsAtOnce = 16;

export function inventoryRoutes({ stock, levels, answers, ...reading }: InventoryRoutes): Router {
  const { store, runtime } = reading;
  const router = Router();
  const runner = { aggregates: stock, store, answers, runtime };

  router.post('/v1/stock/receipts', async (request, response) => {
    const { items } = validate(inventoryRequests.receipts, request.body);
    items.forEach((item, index) => stocked(item.sku, `items.${index}.sku`));
    const context = commandContext(request, runtime);
    const { commandKey, causationId: fingerprint } = context.metadata;
    const answered = { scope: request.path, commandKey, fingerprint };
    const kept = context.idempotencyKey === undefined ? undefined : await answers.find(answered);
    if (kept !== undefined) {
      sendAnswer(response, kept, true);
      return;
    }
    const results: object[] = Array.from({ length: items.length });
    // Each item is a command of its own, with a key made of the request's: a repeated request finishes what the first one began.
    const work = items.entries();
    const worker = async (): Promise<void> => {
      for (const [index, item] of work) results[index] = await receive(item, index, context);
    };
    await Promise.all(Array.from({ length: Math.min(receiptsAtOnce, items.length) }, worker));
    const answer = { status: 200, body: { items: results } };
    // What was refused may be tried again under the same key.
    const isDone = results.every((result) => !('refused' in result));
    if (context.idempotencyKey !== undefined && isDone) answers.keep(answered, answer);
    sendAnswer(response, answer);
  });

  router.post('/v1/stock/:sku/receive', async (request, response) => {
    const sku = skuOf(request);
    const { quantity } = validate(inventoryRequests.receiveStock, request.body);
    await run(request, response, { type: 'ReceiveStock', data: { sku, quantity } });
  });
  router.post('/v1/stock/:sku/adjust', async (request, response) => {
    const sku = skuOf(request);
    const { quantity, reason } = validate(inventoryRequests.adjustStock, request.body);
    await run(request, response, { type: 'AdjustStock', data: { sku, quantity, reason } });
  });

  router.get('/v1/stock', async (request, response) => {
    const { below, after, limit } = validate(listStockQuery, request.query, 'query');
    const where: Condition[] = below === undefined ? [] : [{ field: 'available', op: '<', value: below }];
    response.json(
      await itemPage(
        levels,
        { where, ...(below === undefined ? {} : { orderBy: lowest }), limit, after },
        ({ sku, onHand, reserved, available, streamVersion }) => ({
          sku,
          onHand,
          reserved,
          available,
          version: streamVersion,
        }),
      ),
    );
  });
  router.get('/v1/stock/:sku', async (request, response) => {
    const sku = skuOf(request);
    const { state, version } = await stateAsAsked(stock, reading, request, stockStream(sku));
    if (version === 0) throw unknownSku(sku);
    response.set('ETag', etag(version)).json(stockView(sku, state, version));
  });
  router.get('/v1/stock/:sku/events', async (request, response) => {
    const sku = skuOf(request);
    const page = await eventPage(reading, request, stockStream(sku));
    if (page === undefined) throw unknownSku(sku);
    response.json(page);
  });

  async function run(
    request: Request,
    response: Response,
    command: Extract<StockCommand, { type: 'ReceiveStock' | 'AdjustStock' }>,
  ): Promise<void> {
    const { sku } = command.data;
    await handleCommand(runner, request, response, {
      streamId: stockStream(sku),
      command,
      answer: { status: 200, body: (state, version) => stockView(sku, state, version) },
    });
  }

  async function receive(
    data: { readonly sku: string; readonly quantity: number },
    index: number,
    { metadata }: CommandContext,
  ): Promise<object> {
    const command = { type: 'ReceiveStock', data } as const;
    const outcome = await carryOut(runner, stockStream(data.sku), command, {
      metadata: { ...metadata, commandKey: `${metadata.commandKey}/${index}` },
    });
    if (outcome.kind === 'refused') {
      return { sku: data.sku, refused: outcome.refusal.code, detail: outcome.refusal.message };
    }
    if (outcome.kind === 'version-mismatch') return { sku: data.sku, refused: 'version-mismatch' };
    return stockView(data.sku, outcome.state, outcome.version);
  }

  return router;
}

function stockView(sku: string, state: StockState, version: number): object {
  return { sku, onHand: state.onHand, reserved: state.reserved, available: availableOf(state), version };
}

function skuOf(request: Request): string {
  return stocked(validate(skuSchema, request.params['sku'], 'sku'), 'sku');
}

/** Postage and fees have no stock. @throws Problem 400 */
function stocked(sku: string, field: string): string {
  if (!isServiceSku(sku)) return sku;
  const message = `${JSON.stringify(sku)} is a service, not a stocked article: its code does not begin with five digits`;
  throw new Problem(400, 'invalid-request', `${field}: ${message}`, { members: { errors: [{ field, message }] } });
}

function unknownSku(sku: string): Problem {
  return new Problem(404, 'sku-unknown', `There never was any stock of ${sku}.`);
}
