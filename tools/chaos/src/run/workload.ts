import {
  connectShop,
  describeReplay,
  planTrade,
  type Plan,
  replay,
  type ShopUrls,
  type TradeFile,
} from '@daybook/replay';
import { mulberry32 } from '@daybook/ports';
import { soldBy, storiesOf } from '../traffic/stories.ts';
import { checkStock, type Ended, receiveOpenings, startTraffic, type Traffic } from '../traffic/traffic.ts';

/** What flows while faults happen. */
export interface Workload {
  /** What must be there before the first order. */
  prepare(): Promise<void>;
  start(): void;
  /** Resolves when there is no more of it. */
  readonly through: Promise<void>;
  /** No new orders; resolves when those under way have ended. */
  settle(): Promise<void>;
  /** What went wrong so far. Asked for after `settle`, it looks at the books, too. */
  violations(): Promise<readonly string[]>;
  readonly orders: () => number;
  readonly underWay: () => number;
  readonly outcomes: () => Readonly<Record<string, number>>;
  readonly longestStall: () => { readonly ms: number; readonly orderId: string };
}

/** A client goes on for as long as services may be away; then it is a violation. */
const patienceMs = 180_000;

/** Orders made of the invoices of the file, without end: shipped, returned, cancelled, refused … */
export function endlessOrders(file: TradeFile, urls: ShopUrls, seed: number, perMinute: number): Workload {
  const shop = connectShop(urls, patienceMs);
  const plan = planTrade(file.rows, { stock: 1 });
  const orders = ordersOf(plan);
  const sold = new Set(orders.flatMap(({ lines }) => [...soldBy(lines).keys()]).filter((sku) => plan.skus.has(sku)));
  const next = storiesOf(orders, mulberry32(seed));
  let traffic: Traffic | undefined;
  const ended = (): readonly Ended[] => traffic?.ended ?? [];
  return {
    prepare: () => receiveOpenings(shop, sold),
    start: () => void (traffic = startTraffic({ shop, next, perMinute, patienceMs })),
    through: new Promise(() => undefined),
    settle: async () => traffic?.stop(),
    violations: async () => [
      ...(traffic?.failures ?? []),
      // Of an order whose end was not seen nobody knows what it took.
      ...(traffic?.failures.length === 0 ? await checkStock(shop, sold, ended()) : []),
    ],
    orders: () => ended().length,
    underWay: () => traffic?.underWay() ?? 0,
    outcomes: () => countBy(ended().map(({ status }) => status)),
    longestStall: () =>
      ended().reduce(
        (longest, { stallMs, story }) => (stallMs > longest.ms ? { ms: stallMs, orderId: story.orderId } : longest),
        { ms: 0, orderId: '' },
      ),
  };
}

/** The file once, from beginning to end, as `npm run replay` does it: at the end the books must agree with it to the penny. */
export function wholeFile(
  file: TradeFile,
  urls: ShopUrls,
  options: { readonly limit?: number; readonly stock: number; readonly concurrency: number },
): Workload {
  const shop = connectShop(urls, patienceMs);
  const total = ordersOf(planTrade(file.rows, options)).length;
  let told: (() => void) | undefined;
  const through = new Promise<void>((resolve) => (told = resolve));
  let part = 0;
  let failure: string | undefined;
  let running: Promise<Readonly<Record<string, number>>> = Promise.resolve({});
  let outcomes: Readonly<Record<string, number>> = {};

  const run = async (): Promise<Readonly<Record<string, number>>> => {
    const onProgress = (done: number, steps: number): void => {
      part = done / steps;
      if (done === steps) told?.();
    };
    try {
      const result = await replay({ ...{ file, shop, restMs: 120_000, onProgress }, ...options });
      if (!result.report.reconciled) failure = describeReplay(result.report, result.books, result.trade);
      else console.error(describeReplay(result.report, result.books, result.trade));
      return { shipped: result.report.orders, rejected: result.report.rejected };
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
      return {};
    } finally {
      told?.();
    }
  };
  return {
    prepare: () => Promise.resolve(),
    start: () => void (running = run()),
    through,
    settle: async () => void (outcomes = await running),
    violations: () => Promise.resolve(failure === undefined ? [] : [failure]),
    orders: () => Math.floor(part * total),
    underWay: () => 0,
    outcomes: () => outcomes,
    longestStall: () => ({ ms: 0, orderId: '' }),
  };
}

const ordersOf = (plan: Plan) => plan.steps.filter((step) => step.kind === 'order');

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
