import { isServiceSku } from '@daybook/contracts';
import { planTrade } from './plan.ts';
import { readTradeFile } from './trade-file.ts';

describe('the extract', () => {
  const { rows } = readTradeFile('data/extract-2010-12.csv');
  const plan = planTrade(rows, { stock: 1 });

  it('is what its description says', () => {
    expect(rows).toHaveLength(3_298);
    expect(plan).toMatchObject({ invoices: 167, skipped: 0 });
    expect(plan.skus.size).toBe(1_382);
    expect(plan.steps.filter(({ kind }) => kind === 'order')).toHaveLength(138);
    expect(plan.steps.filter(({ kind }) => kind === 'adjustment')).toHaveLength(13);
  });

  it('has rows for the rules of the replay', () => {
    const returns = plan.steps.filter((step) => step.kind === 'return');
    const orders = plan.steps.filter((step) => step.kind === 'order');
    const adjustments = plan.steps.filter((step) => step.kind === 'adjustment');
    expect(returns.some(({ customerId }) => customerId === undefined)).toBe(true);
    expect(returns.some(({ sku }) => isServiceSku(sku))).toBe(true);
    expect(orders.some(({ customerId }) => customerId === 'guest')).toBe(true);
    expect(orders.some(({ lines }) => new Set(lines.map(({ sku }) => sku)).size < lines.length)).toBe(true);
    expect(orders.some(({ lines }) => lines.some(({ sku }) => isServiceSku(sku)))).toBe(true);
    expect(new Set(adjustments.map(({ quantity }) => Math.sign(quantity)))).toEqual(new Set([1, -1]));
  });
});
