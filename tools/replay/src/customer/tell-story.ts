import { type Answer, expectStatus, type Shop } from '../shop.ts';
import { booksOf, type OrderBooks } from './order-books.ts';
import type { Story, Told } from './story.ts';
import { until } from './until.ts';

const parcel = { carrier: 'Royal Mail', trackingNumber: 'RM123456785GB' };
const whim = { reason: 'changed my mind' };

interface Telling {
  readonly shop: Shop;
  readonly books: OrderBooks;
  readonly story: Story;
  /** How long the order may stand still, in milliseconds. */
  readonly patienceMs: number;
  /** Takes the time since the step before. */
  readonly step: () => void;
}

/** Does what the story says through the shop, and waits for its end. @throws Error where the order does not go as it must, or not in time */
export async function tellStory(shop: Shop, story: Story, patienceMs: number): Promise<Told> {
  let stallMs = 0;
  let last = performance.now();
  const step = (): number => {
    const now = performance.now();
    const tookMs = now - last;
    stallMs = Math.max(stallMs, tookMs);
    last = now;
    return tookMs;
  };
  const telling: Telling = { shop, books: booksOf(shop), story, patienceMs, step };
  await place(telling);
  if (story.act !== undefined) await act(telling, story.act);
  await waitFor(telling, 'to come to its end', 200, (books) => books.isOver(story.orderId));
  const settledMs = step();
  const { status } = await telling.books.order(story.orderId);
  if (!story.ends.includes(status))
    throw new Error(`${nameOf(story)} ended as ${status}, not ${story.ends.join(' or ')}`);
  return { status, settledMs, stallMs };
}

const nameOf = ({ orderId, kind }: Story): string => `${orderId} (${kind})`;

async function place({ shop, story, step }: Telling): Promise<void> {
  const { orderId, customerId, lines, token } = story;
  const body = { orderId, customerId, currency: 'GBP', lines, payment: { token } };
  const send = (): Promise<Answer> => shop.post('order', '/v1/orders', body, `${orderId}:place`);
  for (const answer of await Promise.all(story.twice === true ? [send(), send()] : [send()])) {
    expectStatus(answer, [202], nameOf(story));
  }
  step();
}

async function act(telling: Telling, what: NonNullable<Story['act']>): Promise<void> {
  const { shop, story, step } = telling;
  const { orderId } = story;
  const send = async (action: string, body: object, statuses: readonly number[]): Promise<number> => {
    const answer = await shop.post('order', `/v1/orders/${orderId}/${action}`, body, `${orderId}:${action}`);
    return expectStatus(answer, statuses, `${action} ${nameOf(story)}`).status;
  };
  if (what !== 'cancel at once') {
    await waitFor(
      telling,
      'to be confirmed',
      100,
      async (books) => (await books.order(orderId)).status === 'confirmed',
    );
    step();
  }
  switch (what) {
    case 'cancel':
    case 'cancel at once':
      await send('cancel', whim, [200]);
      break;
    case 'ship or cancel': {
      const answers = await Promise.all([send('ship', parcel, [200, 409]), send('cancel', whim, [200, 409])]);
      if (answers.toSorted().join() !== '200,409')
        throw new Error(`${orderId}: ship and cancel gave ${answers.join()}`);
      break;
    }
    case 'ship':
      await send('ship', parcel, [200]);
      break;
    case 'ship and return':
      await send('ship', parcel, [200]);
      step();
      // Right away, before the money is taken.
      await send('returns', { lines: story.back ?? [], reason: 'the wrong colour' }, [202]);
      break;
  }
  step();
}

const waitFor = (
  { books, story, patienceMs }: Telling,
  what: string,
  pauseMs: number,
  holds: (books: OrderBooks) => Promise<boolean>,
): Promise<void> =>
  until(`${nameOf(story)} ${what}`, () => holds(books), {
    ...{ timeoutMs: patienceMs, pauseMs },
    // Many who wait must not be what keeps the shop busy.
    pauseMaxMs: 1_500,
  });
