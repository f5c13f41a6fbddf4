import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, expectStatus, type Shop } from '@daybook/replay';
import { type Books, booksOf, type Line } from './books.ts';
import { seeded } from './random.ts';
import { openingStock, type Story, storyKinds, storyOf } from './stories.ts';
import { until } from './until.ts';

export interface Ended {
  readonly orderId: string;
  readonly story: Story;
  readonly status: string;
  /** From the last thing the customer did until nothing was left open. */
  readonly settledMs: number;
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
const parcel = { carrier: 'Royal Mail', trackingNumber: 'RM123456785GB' };

/** Puts the stock on the shelf. */
export async function receiveOpeningStock(shop: Shop): Promise<void> {
  for (const [sku, quantity] of openingStock) {
    expectStatus(await shop.post('inventory', `/v1/stock/${sku}/receive`, { quantity }, `opening:${sku}`), [200], sku);
  }
}

export function startTraffic({ shop, seed, customers, pauseMs }: TrafficOptions): Traffic {
  const random = seeded(seed);
  const books = booksOf(shop);
  const ended: Ended[] = [];
  const failures: Error[] = [];
  let placed = 0;
  let stopped = false;

  const tell = async (story: Story): Promise<Ended> => {
    placed += 1;
    const end = await tellStory({ shop, books, story, orderId: `s${seed}-${placed}`, twice: random() < 0.2 });
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

interface Telling {
  readonly shop: Shop;
  readonly books: Books;
  readonly story: Story;
  readonly orderId: string;
  /** The customer presses the button twice. */
  readonly twice: boolean;
}

async function tellStory(telling: Telling): Promise<Ended> {
  const { shop, books, story, orderId, twice } = telling;
  const { kind, token, lines, ends } = story;
  const body = { orderId, customerId: 'c-17850', currency: 'GBP', lines, payment: { token } };
  const place = (): Promise<Answer> => shop.post('order', '/v1/orders', body, `${orderId}:place`);
  for (const answer of await Promise.all(twice ? [place(), place()] : [place()])) {
    expectStatus(answer, [202], `${orderId} (${kind})`);
  }
  if (story.act !== undefined) await act(telling, story.act);
  const began = performance.now();
  await until(`${orderId} (${kind}) to come to its end`, () => books.isOver(orderId), {
    timeoutMs: settleLimitMs,
    pauseMs: 200,
  });
  const { status } = await books.order(orderId);
  if (!ends.includes(status)) throw new Error(`${orderId} (${kind}) ended as ${status}, not ${ends.join(' or ')}`);
  return { orderId, story, status, settledMs: performance.now() - began };
}

async function act({ shop, books, story, orderId }: Telling, what: NonNullable<Story['act']>): Promise<void> {
  const send = async (action: string, body: object, statuses: readonly number[]): Promise<number> => {
    const answer = await shop.post('order', `/v1/orders/${orderId}/${action}`, body, `${orderId}:${action}`);
    return expectStatus(answer, statuses, `${action} ${orderId} (${story.kind})`).status;
  };
  if (what === 'cancel at once') {
    await send('cancel', { reason: 'changed my mind' }, [200]);
    return;
  }
  await until(
    `${orderId} (${story.kind}) to be confirmed`,
    async () => (await books.order(orderId)).status === 'confirmed',
    {
      timeoutMs: settleLimitMs,
      pauseMs: 100,
    },
  );
  switch (what) {
    case 'cancel':
      await send('cancel', { reason: 'changed my mind' }, [200]);
      return;
    case 'ship or cancel': {
      const answers = await Promise.all([
        send('ship', parcel, [200, 409]),
        send('cancel', { reason: 'changed my mind' }, [200, 409]),
      ]);
      if (answers.toSorted().join() !== '200,409')
        throw new Error(`${orderId}: ship and cancel gave ${answers.join()}`);
      return;
    }
    case 'ship':
    case 'ship and return': {
      await send('ship', parcel, [200]);
      if (what === 'ship') return;
      // In whole or in part, as the story is to end; right away, before the money is taken.
      const back = story.lines.map(({ sku, quantity }) => ({
        sku,
        quantity: story.kind === 'returned whole' ? quantity : 1,
      }));
      await send('returns', { lines: back, reason: 'the wrong colour' }, [202]);
      return;
    }
  }
}
