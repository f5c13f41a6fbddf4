import type { PlannedReturn } from './plan.ts';
import { ReturnDesk, type SoldOrder } from './return-desk.ts';

type Lines = readonly (readonly [sku: string, quantity: number, unitPrice: number])[];

const sold = (orderId: string, lines: Lines, shipped = true, customerId = 'c-1'): SoldOrder => ({
  kind: 'order',
  orderId,
  customerId,
  lines: lines.map(([sku, quantity, unitPrice]) => ({ sku, quantity, unitPrice })),
  shipped: Promise.resolve(shipped),
});
const desk = (...orders: readonly SoldOrder[]): ReturnDesk => {
  const result = new ReturnDesk();
  for (const order of orders) result.sold(order);
  return result;
};
const back = (sku: string, quantity: number, customerId?: string): PlannedReturn => ({
  ...{ kind: 'return', line: 9, sku, quantity },
  ...(customerId === undefined ? {} : { customerId }),
});

/** The parts as `order: pieces for pence`, and what matches nothing. */
async function assigned(at: ReturnDesk, sku: string, quantity: number, customerId: string | undefined = 'c-1') {
  const { parts, unmatched } = await at.assign(back(sku, quantity), at.earlierOrders(customerId));
  return [
    ...parts.map((part) => `${part.order.orderId}: ${part.quantity} for ${part.pence}`),
    ...(unmatched === 0 ? [] : [`unmatched: ${unmatched}`]),
  ];
}

describe('goods that come back', () => {
  it('go to the latest order of the customer first, then to the one before it', async () => {
    const at = desk(sold('old', [['10000', 5, 100]]), sold('new', [['10000', 2, 90]]));
    expect(await assigned(at, '10000', 3)).toEqual(['new: 2 for 180', 'old: 1 for 100']);
    expect(await assigned(at, '10000', 3)).toEqual(['old: 3 for 300']);
    expect(await assigned(at, '10000', 3)).toEqual(['old: 1 for 100', 'unmatched: 2']);
  });

  it('are never more than was shipped and has not come back yet', async () => {
    const at = desk(sold('one', [['10000', 5, 100]]));
    expect(await assigned(at, '10000', 7)).toEqual(['one: 5 for 500', 'unmatched: 2']);
    expect(await assigned(at, '10000', 1)).toEqual(['unmatched: 1']);
  });

  it('are worth what the order charged, in the order of its own lines', async () => {
    const at = desk(
      sold('one', [
        ['10000', 2, 100],
        ['20000', 9, 1],
        ['10000', 3, 80],
      ]),
    );
    expect(await assigned(at, '10000', 1)).toEqual(['one: 1 for 100']);
    expect(await assigned(at, '10000', 3)).toEqual(['one: 3 for 260']);
    expect(await assigned(at, '10000', 1)).toEqual(['one: 1 for 80']);
  });

  it('pass over orders that were rejected, that have not the code, that are another customer’s', async () => {
    const at = desk(
      sold('first', [['10000', 1, 100]]),
      sold('rejected', [['10000', 1, 100]], false),
      sold('other-code', [['20000', 1, 100]]),
      sold('other-customer', [['10000', 1, 100]], true, 'c-2'),
    );
    expect(await assigned(at, '10000', 2)).toEqual(['first: 1 for 100', 'unmatched: 1']);
  });

  it('match nothing without a customer, though guests bought the same', async () => {
    const at = desk(sold('guest', [['10000', 1, 100]], true, 'guest'));
    expect(at.earlierOrders(undefined)).toEqual([]);
    expect(at.earlierOrders('guest')).toEqual([]);
    expect((await at.assign(back('10000', 1), at.earlierOrders(undefined))).unmatched).toBe(1);
  });

  it('match only orders that came before them in the file', async () => {
    const at = desk();
    const earlier = at.earlierOrders('c-1');
    at.sold(sold('later', [['10000', 1, 100]]));
    expect(await at.assign(back('10000', 1), earlier)).toEqual({ parts: [], unmatched: 1 });
  });

  it('may be services: money without goods', async () => {
    expect(await assigned(desk(sold('one', [['POST', 3, 1800]])), 'POST', 1)).toEqual(['one: 1 for 1800']);
  });

  it('are taken one after another, in the order they came, also behind one that failed', async () => {
    const at = desk();
    const seen: string[] = [];
    let release = (): void => undefined;
    const first = at.inTurn(() => new Promise<void>((resolve) => (release = resolve)).then(() => void seen.push('1')));
    const second = at.inTurn(() => Promise.reject(new Error('refused')));
    const third = at.inTurn(async () => void seen.push('3'));
    await Promise.resolve();
    release();
    await expect(second).rejects.toThrow('refused');
    await Promise.all([first, third]);
    expect(seen).toEqual(['1', '3']);
  });
});
