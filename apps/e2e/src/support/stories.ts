import type { Line, Story as OrderStory } from '@daybook/replay';
import { pick } from './random.ts';

/** A story that is not yet about an order of its own. */
export type Story = Omit<OrderStory, 'orderId' | 'customerId' | 'kind'> & { readonly kind: StoryKind };

export const storyKinds = [
  'shipped',
  'several articles',
  'returned in part',
  'returned whole',
  'cancelled',
  'cancelled at once',
  'raced',
  'out of stock',
  'one article short',
  'declined',
  'slow',
  'flaky',
  'timeout',
  'services only',
] as const;
export type StoryKind = (typeof storyKinds)[number];

/** Articles with plenty of stock, and one of which there is little. */
export const articles = ['10001', '10002', '10003', '10004', '10005'] as const;
export const scarce = '90001';
export const openingStock: ReadonlyMap<string, number> = new Map([
  ...articles.map((sku) => [sku, 100_000] as const),
  [scarce, 3],
]);

/** A story of a kind, its quantities and articles as chance has it. */
export function storyOf(kind: StoryKind, random: () => number): Story {
  const line = (sku: string): Line => ({
    sku,
    quantity: 2 + Math.floor(random() * 5),
    unitPrice: 100 + Math.floor(random() * 900),
  });
  const one = [line(pick(random, articles))];
  const back = (pieces: (line: Line) => number): NonNullable<Story['back']> =>
    one.map((sold) => ({ sku: sold.sku, quantity: pieces(sold) }));
  const tooMany = { sku: scarce, quantity: 1_000, unitPrice: 250 };
  const story = (rest: Omit<Story, 'kind' | 'token' | 'lines'> & Partial<Story>): Story => ({
    kind,
    token: 'tok_approve',
    lines: one,
    ...rest,
  });
  switch (kind) {
    case 'shipped':
      return story({ act: 'ship', ends: ['shipped'] });
    case 'several articles':
      return story({
        lines: [...articles.map(line), { sku: 'POST', quantity: 1, unitPrice: 395 }],
        act: 'ship',
        ends: ['shipped'],
      });
    case 'returned in part':
      return story({ act: 'ship and return', back: back(() => 1), ends: ['partially-returned'] });
    case 'returned whole':
      return story({ act: 'ship and return', back: back(({ quantity }) => quantity), ends: ['returned'] });
    case 'cancelled':
      return story({ act: 'cancel', ends: ['cancelled'] });
    case 'cancelled at once':
      return story({ lines: articles.map(line), act: 'cancel at once', ends: ['cancelled'] });
    case 'raced':
      return story({ act: 'ship or cancel', ends: ['shipped', 'cancelled'] });
    case 'out of stock':
      return story({ lines: [tooMany], ends: ['rejected'] });
    case 'one article short':
      return story({ lines: [...articles.map(line), tooMany], ends: ['rejected'] });
    case 'declined':
      return story({ token: 'tok_decline', ends: ['rejected'] });
    case 'slow':
      return story({ token: 'tok_slow', act: 'ship', ends: ['shipped'] });
    case 'flaky':
      return story({ token: 'tok_flaky', act: 'ship', ends: ['shipped'] });
    case 'timeout':
      return story({ token: 'tok_timeout', ends: ['rejected'] });
    case 'services only':
      return story({ lines: [{ sku: 'POST', quantity: 1, unitPrice: 395 }], act: 'ship', ends: ['shipped'] });
  }
}
