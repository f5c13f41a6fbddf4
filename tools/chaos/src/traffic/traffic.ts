import { setTimeout as sleep } from 'node:timers/promises';
import { expectStatus, mapLimited, type Shop, type Story, tellStory, type Told } from '@daybook/replay';
import { goneBy, scarce } from './stories.ts';

export interface TrafficOptions {
  readonly shop: Shop;
  readonly next: () => Story;
  /** Orders that are begun in a minute, as long as not too many are under way. */
  readonly perMinute: number;
  /** How long an order may stand still before it counts as lost, in milliseconds. */
  readonly patienceMs: number;
}

export interface Ended extends Told {
  readonly story: Story;
}

/** Orders that keep coming. */
export interface Traffic {
  readonly ended: readonly Ended[];
  /** Orders that did not go as their stories have it. */
  readonly failures: readonly string[];
  underWay(): number;
  /** No new orders; resolves when those under way have ended. */
  stop(): Promise<void>;
}

const underWayMax = 40;
/** The most that one receipt can bring; more than hours of orders sell of anything. */
const openingPieces = 1_000_000;

/** Puts so much of every code on the shelf that only the scarce one runs out. */
export async function receiveOpenings(shop: Shop, skus: Iterable<string>): Promise<void> {
  const receive = async (sku: string, quantity: number): Promise<void> => {
    const path = `/v1/stock/${encodeURIComponent(sku)}/receive`;
    expectStatus(
      await shop.post('inventory', path, { quantity }, `opening:${sku}`),
      [200],
      `opening receipt of ${sku}`,
    );
  };
  await receive(scarce.sku, scarce.pieces);
  await mapLimited(skus, 16, (sku) => receive(sku, openingPieces));
}

export function startTraffic({ shop, next, perMinute, patienceMs }: TrafficOptions): Traffic {
  const ended: Ended[] = [];
  const failures: string[] = [];
  const underWay = new Set<Promise<void>>();
  const stopped = new AbortController();

  const begin = (story: Story): void => {
    const telling = tellStory(shop, story, patienceMs)
      .then((told) => void ended.push({ story, ...told }))
      .catch((error: unknown) => void failures.push(textOf(error)))
      .finally(() => underWay.delete(telling));
    underWay.add(telling);
  };
  const flowing = (async () => {
    const began = performance.now();
    for (let begun = 0; ; begun += 1) {
      const dueMs = began + (begun * 60_000) / perMinute;
      await sleep(Math.max(0, dueMs - performance.now()), undefined, stopped).catch(() => undefined);
      while (underWay.size >= underWayMax && !stopped.signal.aborted) await Promise.race(underWay);
      if (stopped.signal.aborted) return;
      begin(next());
    }
  })();
  return {
    ended,
    failures,
    underWay: () => underWay.size,
    async stop() {
      stopped.abort();
      await flowing;
      await Promise.all(underWay);
    },
  };
}

/** What the stock must be by what became of the orders; those codes for which it is not. */
export async function checkStock(
  shop: Shop,
  skus: Iterable<string>,
  ended: readonly Ended[],
): Promise<readonly string[]> {
  const expected = new Map<string, number>([...skus].map((sku) => [sku, openingPieces]));
  expected.set(scarce.sku, scarce.pieces);
  for (const { story, status } of ended) {
    for (const [sku, gone] of goneBy(story, status)) expected.set(sku, (expected.get(sku) ?? 0) - gone);
  }
  const found = await mapLimited(expected, 16, async ([sku, onHand]) => {
    const { body } = expectStatus(await shop.get('inventory', `/v1/stock/${encodeURIComponent(sku)}`), [200], sku);
    if (body['onHand'] === onHand && body['reserved'] === 0) return [];
    return [
      `stock of ${sku}: ${String(body['onHand'])} on hand and ${String(body['reserved'])} reserved, not ${onHand} and 0`,
    ];
  });
  return found.flat();
}

const textOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${textOf(error.cause)}`;
};
