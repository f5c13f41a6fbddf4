import { setTimeout as sleep } from 'node:timers/promises';
import { expectStatus, type Line, type Shop, tellStory, type Told } from '@daybook/replay';
import { seeded } from './random.ts';
import { openingStock, type Story, storyKinds, storyOf } from './stories.ts';

export interface Ended extends Told {
  readonly orderId: string;
  readonly story: Story;
}

/** Orders of every kind that keep coming, from several customers at once. */
export interface Traffic {
  readonly ended: readonly Ended[];
  /** Orders that did not go as their story has it. */
  readonly failures: readonly Error[];
  /** Tells one more story, now. */
  tell(story: Story): Promise<Ended>;
  /** No new orders; resolves when those under way have ended. */
  stop(): Promise<void>;
  /** Pieces that must be on hand now, by article. */
  expectedStock(): ReadonlyMap<string, number>;
}

export interface TrafficOptions {
  readonly shop: Shop;
  readonly seed: number;
  readonly customers: number;
  /** How long each customer rests between two orders. */
  readonly pauseMs: number;
}

/** How long an order may take to its end, whatever dies on its way. */
export const settleLimitMs = 60_000;

/** Puts the stock on the shelf. */
export async function receiveOpeningStock(shop: Shop): Promise<void> {
  for (const [sku, quantity] of openingStock) {
    expectStatus(await shop.post('inventory', `/v1/stock/${sku}/receive`, { quantity }, `opening:${sku}`), [200], sku);
  }
}

export function startTraffic({ shop, seed, customers, pauseMs }: TrafficOptions): Traffic {
  const random = seeded(seed);
  const ended: Ended[] = [];
  const failures: Error[] = [];
  let placed = 0;
  let stopped = false;

  const tell = async (story: Story): Promise<Ended> => {
    placed += 1;
    const orderId = `s${seed}-${placed}`;
    const told = { ...story, orderId, customerId: 'c-17850', twice: random() < 0.2 };
    const end = { orderId, story, ...(await tellStory(shop, told, settleLimitMs)) };
    ended.push(end);
    return end;
  };
  const customer = async (): Promise<void> => {
    while (!stopped) {
      // Every kind comes round; what differs from seed to seed is what is in them and what they meet.
      const kind = storyKinds[placed % storyKinds.length] ?? 'shipped';
      await tell(storyOf(kind, random)).catch((error: unknown) => void failures.push(error as Error));
      await sleep(pauseMs);
    }
  };
  const running = Promise.all(Array.from({ length: customers }, customer));
  return {
    ended,
    failures,
    tell,
    async stop() {
      stopped = true;
      await running;
    },
    expectedStock() {
      const stock = new Map(openingStock);
      for (const { story, status } of ended) {
        for (const { sku, quantity } of gone(story, status)) {
          const before = stock.get(sku);
          if (before !== undefined) stock.set(sku, before - quantity);
        }
      }
      return stock;
    },
  };
}

/** Lines that left the house and stayed away. */
function gone({ lines }: Story, status: string): readonly Line[] {
  if (status === 'shipped') return lines;
  return status === 'partially-returned' ? lines.map((line) => ({ ...line, quantity: line.quantity - 1 })) : [];
}
