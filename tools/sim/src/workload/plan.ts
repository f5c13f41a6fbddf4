import { type OrderLine, isServiceSku } from '@daybook/contracts';

/** What a customer does about an order once it is placed. */
export type Story =
  | { readonly kind: 'ship'; readonly afterMs: number }
  | { readonly kind: 'cancel'; readonly afterMs: number }
  /** Cancels and ships at the same moment: one of them comes first. */
  | { readonly kind: 'race'; readonly afterMs: number };

export interface PlannedReturn {
  /** After shipping. */
  readonly afterMs: number;
  readonly part: 'whole' | 'some';
}

export interface PlannedOrder {
  readonly orderId: string;
  readonly atMs: number;
  readonly lines: readonly OrderLine[];
  readonly token: string;
  /** Before it is confirmed the story's time counts from the placing, after that from the confirmation. */
  readonly story: Story;
  readonly cancelAfterShipping: boolean;
  readonly returns: readonly PlannedReturn[];
}

export interface PlannedMovement {
  readonly atMs: number;
  readonly sku: string;
  /** Signed, for adjustments; receipts come first. */
  readonly quantity: number;
}

/** Everything that clients will ask for. */
export interface Plan {
  readonly receipts: readonly PlannedMovement[];
  readonly adjustments: readonly PlannedMovement[];
  readonly orders: readonly PlannedOrder[];
}

const tokens = [
  'tok_approve',
  'tok_approve',
  'tok_approve',
  'tok_approve',
  'tok_decline',
  'tok_slow',
  'tok_timeout',
  'tok_flaky',
];
const usual = ['85123A', '71053', '22423'] as const;
/** One run in so many has an order that is larger than a wave. */
const largeOneIn = 40;

/** A plan by chance. */
export function randomPlan(random: () => number): Plan {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const large = random() < 1 / largeOneIn;
  const skus: readonly string[] = large
    ? Array.from({ length: 55 + Math.floor(random() * 15) }, (_, n) => `${20_000 + n}`)
    : usual;
  const count = large ? 1 : 1 + Math.floor(random() * 2.6);

  const lines = (): OrderLine[] => {
    if (large) return skus.map((sku) => ({ sku, quantity: 1, unitPrice: 100 }));
    const chosen = skus.filter(() => random() < 0.5);
    const stocked = (chosen.length > 0 ? chosen : [pick(skus)]).map((sku) => ({
      sku,
      quantity: 1 + Math.floor(random() * 3),
      unitPrice: 50 + Math.floor(random() * 500),
    }));
    // The same code twice, and postage, as in any shop.
    const again = random() < 0.1 ? stocked.slice(0, 1).map((line) => ({ ...line, quantity: 1 })) : [];
    const postage = random() < 0.2 ? [{ sku: 'POST', quantity: 1, unitPrice: 300 }] : [];
    return random() < 0.03 ? [{ sku: 'POST', quantity: 1, unitPrice: 300 }] : [...stocked, ...again, ...postage];
  };
  const story = (): Story => {
    const drawn = random();
    if (drawn < 0.55) return { kind: 'ship', afterMs: random() * 2_000 };
    // Early ones meet the saga at every step.
    if (drawn < 0.85) return { kind: 'cancel', afterMs: random() < 0.7 ? random() * 400 : random() * 6_000 };
    return { kind: 'race', afterMs: random() * 1_000 };
  };
  const returns = (): PlannedReturn[] => {
    const some: PlannedReturn = { afterMs: random() < 0.5 ? random() * 200 : random() * 4_000, part: 'some' };
    const drawn = random();
    if (drawn < 0.45) return [];
    if (drawn < 0.7) return [some];
    return drawn < 0.85 ? [{ ...some, part: 'whole' }] : [some, { ...some, afterMs: some.afterMs + random() * 1_000 }];
  };

  const orders = Array.from({ length: count }, (_, index): PlannedOrder => ({
    orderId: `o${index + 1}`,
    atMs: random() * 3_000,
    lines: lines(),
    token: pick(tokens),
    story: story(),
    cancelAfterShipping: random() < 0.25,
    returns: returns(),
  }));
  const ordered = new Set(
    orders.flatMap((order) => order.lines.map(({ sku }) => sku)).filter((sku) => !isServiceSku(sku)),
  );
  const receipts = [...ordered].flatMap((sku): PlannedMovement[] =>
    // Some are short, so that orders compete, and some were never there at all.
    random() < (large ? 0.005 : 0.05) ? [] : [{ atMs: 0, sku, quantity: 1 + Math.floor(random() * 8) }],
  );
  const adjustments = receipts
    .slice(0, 3)
    .flatMap(({ sku }): PlannedMovement[] =>
      random() < 0.3 ? [{ atMs: random() * 6_000, sku, quantity: random() < 0.5 ? -1 : 2 }] : [],
    );
  return { receipts, adjustments, orders };
}
