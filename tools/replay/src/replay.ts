import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { idempotencyKeyOf } from '@daybook/contracts';
import { type Books, countEvents, differences, readBooks } from './books.ts';
import { mapLimited } from './limiter.ts';
import { type Plan, type PlanOptions, planTrade } from './plan.ts';
import { type ReplayReport, reportOf } from './report.ts';
import { stockPath } from './adjustment.ts';
import { runPlan, type Trade } from './run-plan.ts';
import { expectStatus, type Shop, ShopError } from './shop.ts';
import type { TradeFile } from './trade-file.ts';

export interface ReplayOptions extends PlanOptions {
  readonly file: TradeFile;
  readonly shop: Shop;
  readonly concurrency: number;
  /** How long the books may take to come to rest after the last order, in milliseconds. */
  readonly restMs: number;
  readonly onProgress: (done: number, total: number) => void;
}

export interface ReplayResult {
  readonly report: ReplayReport;
  readonly books: Books;
  readonly trade: Trade;
}

/** Replays the file through the shop and compares the books with it. @throws ShopError */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const { file, shop, limit, days, stock } = options;
  const began = Date.now();
  const plan = planTrade(file.rows, options);
  const runId = `replay-${createHash('sha256')
    .update(JSON.stringify([file.digest, limit ?? null, days ?? null, stock]))
    .digest('hex')
    .slice(0, 16)}`;
  const again = await refuseForeignStock(shop, plan, runId);
  const eventsBefore = again ? await countEvents(shop, plan) : 0;
  const completeBefore = again && (await allOrdersOver(shop, plan));
  const { concurrency, onProgress } = options;
  const trade = await runPlan(plan, { shop, runId, completeBefore, concurrency, onProgress });
  const books = await atRest(shop, plan, trade, options.restMs);
  const seconds = (Date.now() - began) / 1000;
  const eventsAppended = (await countEvents(shop, plan)) - eventsBefore;
  return { report: reportOf({ plan, trade, books, eventsAppended, seconds }), books, trade };
}

/** Captures, restocking and refunds follow their orders: the books are read until they agree, or until time is up. */
async function atRest(shop: Shop, plan: Plan, trade: Trade, restMs: number): Promise<Books> {
  const deadline = Date.now() + restMs;
  let before = '';
  for (;;) {
    const books = await readBooks(shop, plan, trade);
    const now = JSON.stringify(books);
    const still = now === before;
    if ((still && differences(books).length === 0) || Date.now() > deadline) return books;
    // At rest and still different: that is the result. One more look, for a timer may be about to fire.
    if (still && Date.now() > deadline - restMs / 2) return books;
    before = now;
    await sleep(500);
  }
}

/** Whether every order of the plan was placed and shipped or rejected: an earlier run got that far. */
async function allOrdersOver(shop: Shop, plan: Plan): Promise<boolean> {
  const orders = plan.steps.filter((step) => step.kind === 'order');
  const over = await mapLimited(orders, 16, async ({ orderId }) => {
    const { status, body } = await shop.get('order', `/v1/orders/${orderId}`);
    return status === 200 && body['status'] !== 'submitted' && body['status'] !== 'confirmed';
  });
  return over.length > 0 && over.every(Boolean);
}

/** @returns whether this very replay has run here before. @throws ShopError for codes that have stock from elsewhere */
async function refuseForeignStock(shop: Shop, plan: Plan, runId: string): Promise<boolean> {
  let again = false;
  const foreign: string[] = [];
  await mapLimited(plan.skus, 16, async (sku) => {
    const page = await shop.get('inventory', `${stockPath(sku, 'events')}?limit=1`);
    if (page.status === 404) return;
    const [first] = expectStatus(page, [200], `stock of ${sku}`).body['items'] as {
      metadata: { commandKey: string };
    }[];
    const key = first?.metadata.commandKey ?? '';
    if (
      idempotencyKeyOf(key)?.startsWith(`${runId}:`) ||
      (!plan.openings.has(sku) && key.startsWith('FulfilOrder:inv-'))
    )
      again = true;
    else foreign.push(sku);
  });
  if (foreign.length > 0) {
    const some = foreign.slice(0, 5).join(', ');
    throw new ShopError(
      `${foreign.length} codes already have stock from elsewhere (${some}${foreign.length > 5 ? ', …' : ''}): replay into a system without it (npm start -- --fresh)`,
    );
  }
  return again;
}
