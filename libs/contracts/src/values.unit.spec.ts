import { type z } from 'zod';
import { orderRequests } from './http/order-http.ts';
import {
  amount,
  currency,
  entityId,
  isServiceSku,
  oversizedQuantity,
  paymentToken,
  quantity,
  sku,
  stockedQuantities,
  totalOf,
} from './values.ts';

const accepts = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;

describe('a stock keeping unit', () => {
  it.each(['85123A', 'POST', 'D', 'M', 'DOT', 'C2', 'BANK CHARGES', 'gift_0001_20', 'DCGS0004', '15056BL', 'a.b-c'])(
    '%j is one',
    (code) => {
      expect(accepts(sku, code)).toBe(true);
    },
  );

  it.each(['', ' ', ' POST', 'POST ', '_x', 'a/b', 'a#b', 'a?b', 'a\\b', 'a\nb', 'ä', 'x'.repeat(65), 85123, null])(
    '%j is none',
    (code) => {
      expect(accepts(sku, code)).toBe(false);
    },
  );

  it('is a service where it does not begin with five digits', () => {
    expect(['85123A', '10002', '15056bl'].filter(isServiceSku)).toEqual([]);
    expect(
      ['POST', 'BANK CHARGES', 'gift_0001_20', 'C2', '1234', '1234A'].filter((code) => !isServiceSku(code)),
    ).toEqual([]);
  });
});

describe('an id', () => {
  it.each(['1', 'inv-536365', 'o1.r2', '0190b6ce-7d0e-7c0a-8000-000000000000', 'constructor', 'x'.repeat(64)])(
    '%j is one',
    (id) => {
      expect(accepts(entityId, id)).toBe(true);
    },
  );

  it.each(['', '-x', '.x', '_x', '__proto__', 'a b', 'a:b', 'a/b', 'a~1', 'o1\n', 'x'.repeat(65), 7])(
    '%j is none',
    (id) => {
      expect(accepts(entityId, id)).toBe(false);
    },
  );
});

describe('numbers', () => {
  it.each([0, 1, 1_000_000_000_000])('%d is an amount', (value) => {
    expect(accepts(amount, value)).toBe(true);
  });
  it.each([-1, 0.5, 1_000_000_000_001, Number.NaN, Infinity, '1'])('%p is none', (value) => {
    expect(accepts(amount, value)).toBe(false);
  });
  it.each([1, 74_215, 1_000_000])('%d is a quantity', (value) => {
    expect(accepts(quantity, value)).toBe(true);
  });
  it.each([0, -1, 1.5, 1_000_001])('%d is none', (value) => {
    expect(accepts(quantity, value)).toBe(false);
  });
});

it('a currency is three capital letters, a token has no room for anything but itself', () => {
  expect(['GBP', 'EUR'].every((code) => accepts(currency, code))).toBe(true);
  expect(['gbp', 'GB', 'GBPX', ''].some((code) => accepts(currency, code))).toBe(false);
  expect(accepts(paymentToken, 'tok_approve')).toBe(true);
  expect(['', 'tok approve', 'tok/1', 'x'.repeat(65)].some((token) => accepts(paymentToken, token))).toBe(false);
});

describe('the lines of an order', () => {
  const lines = [
    { sku: '85123A', quantity: 6, unitPrice: 255 },
    { sku: 'POST', quantity: 1, unitPrice: 1800 },
    { sku: '71053', quantity: 1, unitPrice: 339 },
    { sku: '85123A', quantity: 2, unitPrice: 200 },
  ];

  it('are added up in whole minor units', () => {
    expect(totalOf(lines)).toBe(6 * 255 + 1800 + 339 + 400);
    expect(totalOf([])).toBe(0);
  });

  it('need stock by SKU, services left out, in the order of their first line', () => {
    expect(stockedQuantities(lines)).toEqual([
      { sku: '85123A', quantity: 8 },
      { sku: '71053', quantity: 1 },
    ]);
    expect(stockedQuantities([{ sku: 'POST', quantity: 1 }])).toEqual([]);
  });

  describe('of one SKU', () => {
    const twice = (code: string, second: number) => [
      { sku: code, quantity: 1_000_000, unitPrice: 1 },
      { sku: '71053', quantity: 1, unitPrice: 1 },
      { sku: code, quantity: second, unitPrice: 1 },
    ];
    const order = { customerId: 'c1', currency: 'GBP', payment: { token: 'tok_approve' } };

    it.each(['85123A', 'POST'])('have at most as many pieces as one line may have: %s', (code) => {
      expect(oversizedQuantity(twice(code, 1))).toEqual({ sku: code, quantity: 1_000_001 });
      expect(oversizedQuantity(twice(code, 1).slice(0, 2))).toBeUndefined();
    });

    it('are refused by the requests, which name the lines and the SKU', () => {
      const placed = orderRequests.placeOrder.safeParse({ ...order, lines: twice('85123A', 1_000_000) });
      const returned = orderRequests.requestReturn.safeParse({
        reason: 'broken',
        lines: twice('85123A', 1_000_000).map((line) => ({ sku: line.sku, quantity: line.quantity })),
      });
      for (const { error } of [placed, returned]) {
        expect(error?.issues).toMatchObject([
          { path: ['lines'], message: expect.stringMatching(/^the lines of 85123A/) },
        ]);
      }
      expect(accepts(orderRequests.placeOrder, { ...order, lines: twice('85123A', 1).slice(0, 2) })).toBe(true);
    });
  });
});
