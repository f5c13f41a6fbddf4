import { type Lab, openLab } from './support/lab.ts';
import { type Placing, placing } from './support/placing.ts';
import { readDeadLetters, verifyStores } from './support/stores.ts';

jest.setTimeout(60_000);

/** Every way an order can go, on one system, each with articles of its own. */
describe('an order', () => {
  let lab: Lab;
  let at: Placing;
  const gone = { onHand: 4, reserved: 0, available: 4 };
  const untouched = { onHand: 10, reserved: 0, available: 10 };

  beforeAll(async () => {
    lab = await openLab();
    at = placing(lab.shop);
  });
  afterAll(() => lab?.close());

  it('is confirmed within two seconds; shipping takes the money and the stock', async () => {
    const sku = await at.article(10);
    const first = await at.place([at.line(sku, 1)]);
    await at.becomes(first, 'confirmed');
    // The quickest of three: how fast it is, not how busy the machine is.
    const tookMs: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const began = performance.now();
      await at.becomes(await at.place([at.line('POST', 1), at.line(await at.article(1), 1)]), 'confirmed');
      tookMs.push(performance.now() - began);
    }
    expect(Math.min(...tookMs)).toBeLessThan(2_000);
    const orderId = await at.place([at.line(sku, 5)]);
    await at.becomes(orderId, 'confirmed');
    expect(await at.books.stock(sku)).toMatchObject({ onHand: 10, reserved: 6, available: 4 });
    expect(await at.books.payment(orderId)).toMatchObject({ status: 'authorized', authorized: 1_275, captured: 0 });
    expect(await Promise.all([at.does(first, 'ship'), at.does(orderId, 'ship')])).toEqual([200, 200]);
    expect(await Promise.all([at.over(first), at.over(orderId)])).toEqual(['shipped', 'shipped']);
    expect(await at.books.payment(orderId)).toMatchObject({ status: 'captured', captured: 1_275, refunded: 0 });
    expect(await at.books.stock(sku)).toMatchObject(gone);
    expect(await at.books.saga(orderId)).toBe('completed');
    expect(await at.does(orderId, 'deliver')).toBe(200);
    expect((await at.books.order(orderId)).status).toBe('delivered');
  });

  it('of more than there is: rejected, nothing reserved, nothing authorized', async () => {
    const sku = await at.article(2);
    const orderId = await at.place([at.line(sku, 6)]);
    expect(await at.over(orderId)).toBe('rejected');
    expect((await at.books.order(orderId)).reason).toBe('out-of-stock');
    expect(await at.books.stock(sku)).toMatchObject({ onHand: 2, reserved: 0 });
    expect((await at.books.payment(orderId))?.authorized ?? 0).toBe(0);
  });

  it('of several articles of which one is short: rejected, the others released', async () => {
    const skus = await Promise.all([at.article(10), at.article(10), at.article(1), at.article(10)]);
    const orderId = await at.place(skus.map((sku) => at.line(sku, 3)));
    expect(await at.over(orderId)).toBe('rejected');
    const stocks = await Promise.all(skus.map((sku) => at.books.stock(sku)));
    expect(stocks.map(({ onHand, reserved }) => [onHand, reserved])).toEqual([
      [10, 0],
      [10, 0],
      [1, 0],
      [10, 0],
    ]);
  });

  it('of an article that nobody knows: rejected', async () => {
    const orderId = await at.place([at.line('99999', 1)]);
    expect(await at.over(orderId)).toBe('rejected');
  });

  it.each([
    ['tok_decline', 'payment-declined', 'declined'],
    ['tok_unheard_of', 'payment-declined', 'declined'],
    ['tok_timeout', 'payment-unresolved', 'voided'],
  ])('paid with %s: rejected (%s), every reservation released', async (token, reason, payment) => {
    const sku = await at.article(10);
    const orderId = await at.place([at.line(sku, 3)], token);
    expect(await at.over(orderId)).toBe('rejected');
    expect((await at.books.order(orderId)).reason).toBe(reason);
    expect(await at.books.payment(orderId)).toMatchObject({ status: payment, captured: 0 });
    expect(await at.books.stock(sku)).toMatchObject(untouched);
    expect(await at.books.saga(orderId)).toBe('compensated');
  });

  it.each(['tok_slow', 'tok_flaky'])('paid with %s: confirmed all the same', async (token) => {
    const orderId = await at.place([at.line(await at.article(10), 6)], token);
    await at.becomes(orderId, 'confirmed');
    expect(await at.does(orderId, 'ship')).toBe(200);
    expect(await at.over(orderId)).toBe('shipped');
  });

  it.each(['at once', 'once it is confirmed'])('cancelled %s: released and voided', async (when) => {
    const sku = await at.article(10);
    const orderId = await at.place([at.line(sku, 6)]);
    if (when !== 'at once') await at.becomes(orderId, 'confirmed');
    expect(await at.does(orderId, 'cancel')).toBe(200);
    expect(await at.over(orderId)).toBe('cancelled');
    expect(await at.books.stock(sku)).toMatchObject(untouched);
    expect(['voided', undefined]).toContain((await at.books.payment(orderId))?.status);
    expect(await at.does(orderId, 'ship')).toBe(409);
  });

  it('shipped and cancelled at the same time: exactly one happens, and everything agrees', async () => {
    const sku = await at.article(60);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const orderId = await at.place([at.line(sku, 6)]);
        await at.becomes(orderId, 'confirmed');
        const both = ['ship', 'cancel'] as const;
        const order = index % 2 === 0 ? both : both.toReversed();
        const answers = await Promise.all(order.map((action) => at.does(orderId, action)));
        expect(answers.toSorted()).toEqual([200, 409]);
        const status = await at.over(orderId);
        const wins = order[answers.indexOf(200)];
        expect(status).toBe(wins === 'ship' ? 'shipped' : 'cancelled');
        const payment = await at.books.payment(orderId);
        expect(payment).toMatchObject(wins === 'ship' ? { captured: 1_530 } : { status: 'voided', captured: 0 });
        return status;
      }),
    );
    const shipped = outcomes.filter((status) => status === 'shipped').length;
    expect(await at.books.stock(sku)).toMatchObject({ onHand: 60 - 6 * shipped, reserved: 0 });
  });

  it('returned in part and then whole, the first right after shipping, before the money is taken', async () => {
    const sku = await at.article(10);
    const orderId = await at.place([at.line(sku, 6)]);
    await at.becomes(orderId, 'confirmed');
    expect(await at.returns(orderId, [{ sku, quantity: 1 }])).toBe(409);
    expect(await at.does(orderId, 'ship')).toBe(200);
    expect(await at.returns(orderId, [{ sku, quantity: 2 }])).toBe(202);
    expect(await at.over(orderId)).toBe('partially-returned');
    expect(await at.books.payment(orderId)).toMatchObject({
      status: 'partially-refunded',
      captured: 1_530,
      refunded: 510,
    });
    expect(await at.books.stock(sku)).toMatchObject({ onHand: 6, reserved: 0 });
    expect(await at.returns(orderId, [{ sku, quantity: 5 }])).toBe(409);
    expect(await at.returns(orderId, [{ sku, quantity: 4 }])).toBe(202);
    expect(await at.over(orderId)).toBe('returned');
    expect(await at.books.payment(orderId)).toMatchObject({ status: 'refunded', captured: 1_530, refunded: 1_530 });
    expect(await at.books.stock(sku)).toMatchObject(untouched);
  });

  it('of services only: nothing to reserve, and it goes all the way', async () => {
    const orderId = await at.place([at.line('POST', 1, 395), at.line('BANK CHARGES', 1, 1_500)]);
    await at.becomes(orderId, 'confirmed');
    expect(await at.does(orderId, 'ship')).toBe(200);
    expect(await at.over(orderId)).toBe('shipped');
    expect(await at.books.payment(orderId)).toMatchObject({ captured: 1_895 });
  });

  it('of a thousand lines goes all the way', async () => {
    const skus = Array.from({ length: 1_000 }, (_, index) => String(30_000 + index));
    const items = skus.map((sku) => ({ sku, quantity: 5 }));
    expect((await lab.shop.post('inventory', '/v1/stock/receipts', { items }, 'thousand')).status).toBe(200);
    const orderId = await at.place(skus.map((sku) => at.line(sku, 2, 1)));
    await at.becomes(orderId, 'confirmed', 60_000);
    expect(await at.does(orderId, 'ship')).toBe(200);
    expect(await at.over(orderId, 60_000)).toBe('shipped');
    for (const sku of [skus[0] ?? '', skus[499] ?? '', skus[999] ?? '']) {
      expect(await at.books.stock(sku)).toMatchObject({ onHand: 3, reserved: 0 });
    }
    expect(await at.books.payment(orderId)).toMatchObject({ captured: 2_000 });
  }, 150_000);

  it('leaves nothing that breaks a rule, and every rule has been looked at', async () => {
    const { findings, checked, orders } = await verifyStores(lab.system.env);
    expect(findings).toEqual([]);
    const rules = [
      'every effect goes back to an intent',
      'every intent was carried out once',
      'every payment has its order',
      'money agrees with the order',
      'nothing is held for an order that is over',
      'payments stay possible',
      'stock adds up',
      'stock stays possible',
      'streams',
      'the saga ended as the order did',
      'what was shipped left the stock',
    ];
    expect(checked.filter(({ count }) => count > 0).map(({ rule }) => rule)).toEqual(expect.arrayContaining(rules));
    expect(orders.byProgress).toMatchObject({ 'in flight': 0, parked: 0, 'waiting for shipment': 3 });
    expect(await readDeadLetters(lab.system.env)).toEqual([]);
  });
});
