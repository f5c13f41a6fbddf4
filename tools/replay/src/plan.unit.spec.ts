import { type Plan, type PlanOptions, planTrade, type Step } from './plan.ts';
import type { TradeRow } from './trade-file.ts';

type Given = Partial<Omit<TradeRow, 'customerId'>> & { readonly customerId?: string | undefined };

/** Rows on lines 2, 3, … of a file; by default one sale of six pieces. */
const rows = (...given: readonly Given[]): TradeRow[] =>
  given.map((fields, index) => {
    const { customerId = 'c-1', ...rest } = fields;
    const row = { invoice: '1', sku: '85123A', description: '', quantity: 6, date: '2010-12-01 08:26:00' };
    const named = 'customerId' in fields && fields.customerId === undefined ? {} : { customerId };
    return { line: index + 2, ...row, unitPence: 255, ...rest, ...named };
  });
const planOf = (given: readonly Given[], options: Partial<PlanOptions> = {}): Plan =>
  planTrade(rows(...given), { stock: 1, ...options });
const names = ({ steps }: Plan): string[] =>
  steps.map((step) => (step.kind === 'order' ? step.orderId : `${step.kind} ${step.line}`));
const order = ({ steps }: Plan, index = 0): Extract<Step, { kind: 'order' }> => {
  const step = steps[index];
  if (step?.kind !== 'order') throw new Error('not an order');
  return step;
};

describe('an invoice whose number begins with a digit', () => {
  it('is an order, its lines as they stand there, several of one code too', () => {
    const plan = planOf([{ description: 'HOLDER' }, { sku: 'POST', quantity: 1, unitPence: 1800 }, { quantity: 2 }]);
    expect(plan.steps).toEqual([
      {
        kind: 'order',
        orderId: 'inv-1',
        customerId: 'c-1',
        lines: [
          { sku: '85123A', quantity: 6, unitPrice: 255, description: 'HOLDER' },
          { sku: 'POST', quantity: 1, unitPrice: 1800 },
          { sku: '85123A', quantity: 2, unitPrice: 255 },
        ],
      },
    ]);
    expect([...plan.openings]).toEqual([['85123A', 8]]);
  });

  it('is one order though other rows stand in between, at the place of its first row', () => {
    const plan = planOf([{ invoice: '7' }, { invoice: '8' }, { invoice: '7', sku: '71053' }]);
    expect(names(plan)).toEqual(['inv-7', 'inv-8']);
    expect(order(plan).lines.map(({ sku }) => sku)).toEqual(['85123A', '71053']);
  });

  it('is a guest’s where it has no customer', () => {
    expect(order(planOf([{ customerId: undefined }])).customerId).toBe('guest');
  });

  it('has rows that are no sale: free, or fewer than none, or nothing', () => {
    const plan = planOf([
      { unitPence: 0, quantity: 3 },
      {},
      { quantity: -2 },
      { quantity: 0 },
      { sku: 'D', quantity: -1, unitPence: 900 },
    ]);
    expect(plan.steps.slice(1)).toEqual([
      { kind: 'adjustment', line: 2, sku: '85123A', quantity: 3 },
      { kind: 'adjustment', line: 4, sku: '85123A', quantity: -2 },
      { kind: 'adjustment', line: 6, sku: 'D', quantity: -1 },
    ]);
    expect(order(plan).lines).toHaveLength(1);
    expect(plan.skipped).toBe(1);
  });

  it('places no order where it has no line that sells', () => {
    expect(names(planOf([{ unitPence: 0, quantity: 56 }]))).toEqual(['adjustment 2']);
    expect(names(planOf([{ quantity: 0 }]))).toEqual([]);
  });
});

describe('other invoices', () => {
  it('bring goods back where they begin with C: one return a row', () => {
    const plan = planOf([
      { invoice: 'C9', quantity: -4 },
      { invoice: 'C9', quantity: -1, customerId: undefined },
      { invoice: 'C9', quantity: 1 },
    ]);
    expect(plan.steps).toEqual([
      { kind: 'return', line: 2, sku: '85123A', quantity: 4, customerId: 'c-1' },
      { kind: 'return', line: 3, sku: '85123A', quantity: 1 },
    ]);
    expect(plan).toMatchObject({ skipped: 1, invoices: 1 });
    expect(plan.openings.size).toBe(0);
  });

  it('are ledger corrections, counted by row and skipped, where they begin with another letter', () => {
    const plan = planOf([
      { invoice: 'A563185', sku: 'B', unitPence: 1_106_206 },
      { invoice: 'A563185', sku: 'B', unitPence: -1_106_206 },
    ]);
    expect(plan).toMatchObject({ steps: [], skipped: 2, invoices: 1 });
  });
});

describe('the opening', () => {
  const trade = [
    { quantity: 7 },
    { sku: '71053', quantity: 3 },
    { sku: 'POST', quantity: 1 },
    { quantity: -2 },
    { quantity: 5, unitPence: 0 },
    { invoice: 'C2', sku: '22222', quantity: -1 },
  ];

  it('has what the file sells and what adjustments take, for stocked codes only', () => {
    const plan = planOf(trade);
    expect([...plan.openings]).toEqual([
      ['85123A', 9],
      ['71053', 3],
    ]);
    expect([...plan.skus]).toEqual(['85123A', '71053', '22222']);
  });

  it('has only a part of what is sold where --stock says so, rounded down', () => {
    expect([...planOf(trade, { stock: 0.7 }).openings]).toEqual([
      ['85123A', 4 + 2],
      ['71053', 2],
    ]);
    expect([...planOf(trade, { stock: 0 }).openings]).toEqual([['85123A', 2]]);
  });

  it('is rounded on the decimal digits: 0.29 of 100 is 29', () => {
    expect(planOf([{ quantity: 100 }], { stock: 0.29 }).openings.get('85123A')).toBe(29);
  });
});

describe('a part of the file', () => {
  const trade = [
    { invoice: '1', date: '2010-12-01 16:00:00' },
    { invoice: 'C2', quantity: -1, date: '2010-12-01 23:59:59' },
    { invoice: '3', date: '2010-12-02 00:00:00' },
    { invoice: '1', sku: '71053', date: '2010-12-02 08:00:00' },
    { invoice: 'A4', date: '2010-12-04 08:00:00' },
    { invoice: '5', date: '2010-12-04 08:00:00' },
  ];

  it('is the first invoices, of any kind, with all their rows', () => {
    expect(names(planOf(trade, { limit: 2 }))).toEqual(['inv-1', 'return 3']);
    expect(order(planOf(trade, { limit: 1 })).lines).toHaveLength(2);
    expect(names(planOf(trade, { limit: 4 }))).toEqual(['inv-1', 'return 3', 'inv-3']);
    expect(names(planOf(trade, { limit: 99 }))).toHaveLength(4);
  });

  it('is the first calendar days, an invoice belonging to the day of its first row', () => {
    expect(names(planOf(trade, { days: 1 }))).toEqual(['inv-1', 'return 3']);
    expect(order(planOf(trade, { days: 1 })).lines).toHaveLength(2);
    expect(names(planOf(trade, { days: 3 }))).toEqual(['inv-1', 'return 3', 'inv-3']);
    expect(names(planOf(trade, { days: 4 }))).toHaveLength(4);
  });

  it('needs an opening for itself only', () => {
    expect([...planOf(trade, { days: 1 }).openings]).toEqual([
      ['85123A', 6],
      ['71053', 6],
    ]);
  });

  it('may be nothing', () => {
    expect(planOf([])).toEqual({ steps: [], openings: new Map(), skus: new Set(), skipped: 0, invoices: 0 });
  });
});
