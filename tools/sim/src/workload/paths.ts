import type { Plan, PlannedOrder } from './plan.ts';

const lines = [
  { sku: '85123A', quantity: 2, unitPrice: 100 },
  { sku: '71053', quantity: 1, unitPrice: 250 },
];
const receipts = lines.map(({ sku }) => ({ atMs: 0, sku, quantity: 5 }));
const order: PlannedOrder = {
  orderId: 'o1',
  atMs: 100,
  lines,
  token: 'tok_approve',
  story: { kind: 'ship', afterMs: 100 },
  cancelAfterShipping: false,
  returns: [],
};

/** One order each, that goes one way. */
export const paths = {
  fulfilled: { receipts, adjustments: [], orders: [order] },
  'out of stock': { receipts: receipts.slice(0, 1), adjustments: [], orders: [order] },
  declined: { receipts, adjustments: [], orders: [{ ...order, token: 'tok_decline' }] },
  unknown: { receipts, adjustments: [], orders: [{ ...order, token: 'tok_timeout' }] },
  'cancelled before the pivot': {
    receipts,
    adjustments: [],
    orders: [{ ...order, token: 'tok_slow', story: { kind: 'cancel', afterMs: 1_000 } }],
  },
  'cancelled after the pivot': { receipts, adjustments: [], orders: [{ ...order, cancelAfterShipping: true }] },
  returned: {
    receipts,
    adjustments: [],
    orders: [
      {
        ...order,
        returns: [
          { afterMs: 0, part: 'some' },
          { afterMs: 500, part: 'some' },
        ],
      },
    ],
  },
} as const satisfies Readonly<Record<string, Plan>>;

export type PathName = keyof typeof paths;

export const pathNames = Object.keys(paths) as readonly PathName[];
