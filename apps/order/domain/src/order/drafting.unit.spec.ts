import { type OrderLine, orderLinesMax, quantityMax } from '@daybook/contracts';
import { isRefusal } from '@daybook/ports';
import { spec } from '@daybook/testing';
import fc from 'fast-check';
import { decide, type OrderCommand, orderDecider } from './decide.ts';
import { orderTotalMax } from './drafting.ts';
import type { OrderEvent } from './events.ts';
import { evolve, initialOrder, type OrderState } from './state.ts';

const opening = { orderId: 'o1', customerId: '17850', currency: 'GBP' };
const heart = { sku: '85123A', description: 'WHITE HANGING HEART', quantity: 6, unitPrice: 255 };
const lantern = { sku: '71053', quantity: 2, unitPrice: 339 };
const payment = { token: 'tok_approve' };

const draft: OrderCommand = { type: 'DraftOrder', data: opening };
const add = (line: OrderLine): OrderCommand => ({ type: 'AddLine', data: line });
const remove = (sku: string): OrderCommand => ({ type: 'RemoveLines', data: { sku } });
const submit: OrderCommand = { type: 'SubmitOrder', data: { payment } };
const cancel: OrderCommand = { type: 'CancelOrder', data: { reason: 'changed my mind' } };

const drafted: OrderEvent = { type: 'OrderDrafted', data: opening };
const added = (line: OrderLine): OrderEvent => ({ type: 'OrderLineAdded', data: { orderId: 'o1', line } });
const removed = (sku: string, lineCount: number, quantity: number, amount: number): OrderEvent => ({
  type: 'OrderLinesRemoved',
  data: { orderId: 'o1', sku, lineCount, quantity, amount },
});
const submitted = (lines: OrderLine[], total: number): OrderEvent => ({
  type: 'OrderSubmitted',
  data: { ...opening, lines, total, payment },
});
const discarded: OrderEvent = { type: 'OrderDiscarded', data: { orderId: 'o1', reason: 'changed my mind' } };

const order = spec(orderDecider);
const over = {
  submitted: [drafted, added(heart), submitted([heart], 1530)],
  cancelled: [drafted, added(heart), discarded],
} as const satisfies Record<string, readonly OrderEvent[]>;
const overs = Object.entries(over);

describe('drafting an order', () => {
  it('begins it, and asks for nothing', () => void order.given().when(draft).then(drafted));
  it('twice is refused', () => {
    order.given(drafted).when(draft).thenRefused('order-exists', { currentStatus: 'draft' });
  });
});

describe('adding a line', () => {
  it('adds it', () => void order.given(drafted).when(add(heart)).then(added(heart)));

  it('twice adds two lines of one SKU: they stay two', () => {
    order.given(drafted, added(heart)).when(add(heart)).then(added(heart));
    expect([drafted, added(heart), added(heart)].reduce(evolve, initialOrder)).toMatchObject({
      lines: [heart, heart],
      total: 3060,
    });
  });

  it.each(overs)('to an order that is %s is refused', (status, history) => {
    order
      .given(...history)
      .when(add(heart))
      .thenRefused('cannot-edit', { currentStatus: status });
  });

  it('refuses one line more than an order may have', () => {
    const full = Array.from({ length: orderLinesMax }, () => added(lantern));
    order
      .given(drafted, ...full)
      .when(add(heart))
      .thenRefused('too-many-lines', { linesMax: orderLinesMax });
    expect(order.given(drafted, ...full.slice(1)).when(add(heart))).toBeDefined();
  });

  it('refuses more pieces of a SKU than can be reserved, and a total that is too large, to the penny', () => {
    const many = { ...lantern, quantity: quantityMax, unitPrice: 0 };
    order
      .given(drafted, added(many))
      .when(add({ ...lantern, quantity: 1 }))
      .thenRefused('quantity-too-large', { sku: '71053', quantity: quantityMax + 1, quantityMax });
    const dear = { ...lantern, quantity: 1, unitPrice: orderTotalMax };
    const penny = { ...heart, quantity: 1, unitPrice: 1 };
    order
      .given(drafted, added(dear))
      .when(add(penny))
      .thenRefused('total-too-large', { total: orderTotalMax + 1 });
  });
});

describe('removing lines', () => {
  it('takes out every line of the SKU, and says what that was', () => {
    order
      .given(drafted, added(heart), added(lantern), added({ ...heart, quantity: 1, unitPrice: 200 }))
      .when(remove('85123A'))
      .then(removed('85123A', 2, 7, 1730));
  });

  it('twice is refused: there is none left', () => {
    order
      .given(drafted, added(heart), removed('85123A', 1, 6, 1530))
      .when(remove('85123A'))
      .thenRefused('line-unknown', { sku: '85123A' });
  });

  it.each(overs)('of an order that is %s is refused', (status, history) => {
    order
      .given(...history)
      .when(remove('85123A'))
      .thenRefused('cannot-edit', { currentStatus: status });
  });
});

describe('submitting a draft', () => {
  it('commits to its lines, priced', () => {
    order
      .given(drafted, added(heart), added(lantern))
      .when(submit)
      .then(submitted([heart, lantern], 2208));
  });

  it('says where to ship it', () => {
    const shipTo = { name: 'A. Customer' };
    order
      .given(drafted, added(heart))
      .when({ type: 'SubmitOrder', data: { payment, shipTo } })
      .then({ type: 'OrderSubmitted', data: { ...opening, lines: [heart], total: 1530, payment, shipTo } });
  });

  it('without a line is refused', () => {
    order.given(drafted).when(submit).thenRefused('draft-empty');
    order
      .given(drafted, added(heart), removed('85123A', 1, 6, 1530))
      .when(submit)
      .thenRefused('draft-empty');
  });

  it.each(overs)('that is %s is refused', (status, history) => {
    order
      .given(...history)
      .when(submit)
      .thenRefused('cannot-submit', { currentStatus: status });
  });
});

describe('giving up a draft', () => {
  it('is no cancellation: nobody has anything to give back', () => {
    order.given(drafted, added(heart)).when(cancel).then(discarded);
  });
  it('twice is refused', () => {
    order
      .given(...over.cancelled)
      .when(cancel)
      .thenRefused('cannot-cancel', { currentStatus: 'cancelled' });
  });
});

it.each([add(heart), remove('85123A'), submit])('an order that is not there is unknown to $type', (command) => {
  order.given().when(command).thenRefused('order-unknown');
});

it('an order that was put together line by line is the one that was placed at once', () => {
  const run = (...commands: readonly OrderCommand[]): OrderState =>
    commands.reduce((state, command) => {
      const decision = decide(command, state);
      if (isRefusal(decision)) throw new Error(decision.message);
      return decision.reduce(evolve, state);
    }, initialOrder);
  const line = fc.record({
    sku: fc.constantFrom('85123A', '71053', 'POST', 'constructor'),
    quantity: fc.integer({ min: 1, max: 9 }),
    unitPrice: fc.integer({ min: 0, max: 500 }),
  });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), fc.array(line, { maxLength: 3 }), (lines, others) => {
      const withdrawn = others.map((other, index) => ({ ...other, sku: `9999${index}` }));
      const edits = [...withdrawn.map(add), ...lines.map(add), ...withdrawn.map(({ sku }) => remove(sku))];
      const placed = run({ type: 'PlaceOrder', data: { ...opening, lines, payment } });
      expect(run(draft, ...edits, submit)).toEqual(placed);
    }),
    { numRuns: 200, seed: 20_101_201 },
  );
});
