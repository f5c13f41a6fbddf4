import { isServiceSku } from '@daybook/contracts';
import type { PlannedOrder, Story } from '@daybook/replay';
import { deckOf, type Random } from '../random.ts';

/** What becomes of the orders, and of how many in fifty. */
const fates = {
  shipped: 23,
  'returned in part': 6,
  'returned whole': 3,
  cancelled: 3,
  'cancelled at once': 4,
  raced: 4,
  'out of stock': 2,
  declined: 2,
  flaky: 2,
  timeout: 1,
} as const;
export type Fate = keyof typeof fates;
export const fateNames = Object.keys(fates) as readonly Fate[];

/** An article of which there is little. */
export const scarce = { sku: '90001', pieces: 3 };
/** An order of more lines is a large one: every twelfth, so that the many small ones keep flowing. */
const smallLinesMax = 20;
const largeEvery = 12;

/** Orders without end: the invoices of the file over and over in its order, small and large ones mixed, each with a fate by chance. */
export function storiesOf(orders: readonly PlannedOrder[], random: Random): () => Story {
  const isLarge = ({ lines }: PlannedOrder): boolean => lines.length > smallLinesMax;
  const large = roundOf(orders.filter(isLarge));
  const small = roundOf(orders.filter((order) => !isLarge(order)));
  const fate = deckOf(
    fateNames.flatMap((name) => Array.from({ length: fates[name] }, () => name)),
    random,
  );
  let told = 0;
  return () => {
    told += 1;
    const order = (told % largeEvery === 0 ? large() : undefined) ?? small() ?? large();
    if (order === undefined) throw new RangeError('The trade file has no orders');
    return { ...storyOf(order, fate()), orderId: `${order.orderId}-${told}`, twice: random() < 0.1 };
  };
}

function roundOf<T>(items: readonly T[]): () => T | undefined {
  let next = 0;
  return () => items[next++ % items.length];
}

function storyOf(order: PlannedOrder, fate: Fate): Story {
  const { orderId, customerId, lines } = order;
  const story = (rest: Omit<Partial<Story>, 'kind'> & Pick<Story, 'ends'>): Story => ({
    ...{ kind: fate, orderId, customerId, token: 'tok_approve', lines },
    ...rest,
  });
  switch (fate) {
    case 'shipped':
      return story({ act: 'ship', ends: ['shipped'] });
    case 'returned in part':
      return story({ act: 'ship and return', back: partOf(lines), ends: ['partially-returned', 'returned'] });
    case 'returned whole':
      return story({ act: 'ship and return', back: [...soldBy(lines)].map(quantities), ends: ['returned'] });
    case 'cancelled':
      return story({ act: 'cancel', ends: ['cancelled'] });
    case 'cancelled at once':
      return story({ act: 'cancel at once', ends: ['cancelled'] });
    case 'raced':
      return story({ act: 'ship or cancel', ends: ['shipped', 'cancelled'] });
    case 'out of stock': {
      const tooMany = { sku: scarce.sku, quantity: 1_000, unitPrice: 250 };
      return story({ lines: [...lines.slice(0, 600), tooMany], ends: ['rejected'] });
    }
    case 'declined':
      return story({ token: 'tok_decline', ends: ['rejected'] });
    case 'flaky':
      return story({ token: 'tok_flaky', act: 'ship', ends: ['shipped'] });
    case 'timeout':
      return story({ token: 'tok_timeout', ends: ['rejected'] });
  }
}

const quantities = ([sku, quantity]: readonly [string, number]): { sku: string; quantity: number } => ({
  sku,
  quantity,
});

/** One piece of every second code. */
const partOf = (lines: PlannedOrder['lines']): readonly { sku: string; quantity: number }[] =>
  [...soldBy(lines).keys()].filter((_, index) => index % 2 === 0).map((sku) => ({ sku, quantity: 1 }));

/** Pieces by code: an invoice may have several lines of one. */
export function soldBy(lines: readonly { readonly sku: string; readonly quantity: number }[]): Map<string, number> {
  const pieces = new Map<string, number>();
  for (const { sku, quantity } of lines) pieces.set(sku, (pieces.get(sku) ?? 0) + quantity);
  return pieces;
}

/** Pieces that left the stock for good when the order ended so, by stocked code. */
export function goneBy(story: Story, status: string): ReadonlyMap<string, number> {
  const gone = ['shipped', 'partially-returned', 'returned'].includes(status)
    ? soldBy(story.lines)
    : new Map<string, number>();
  if (status !== 'shipped') {
    for (const { sku, quantity } of story.back ?? []) gone.set(sku, (gone.get(sku) ?? 0) - quantity);
  }
  return new Map([...gone].filter(([sku]) => !isServiceSku(sku)));
}
