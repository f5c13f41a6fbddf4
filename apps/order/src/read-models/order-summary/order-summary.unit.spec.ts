import { decide, evolve, initialOrder, type OrderCommand, type OrderEvent, statusOf } from '@daybook/order-domain';
import { isRefusal } from '@daybook/ports';
import fc from 'fast-check';
import { projectOrderSummary, type OrderSummary } from './order-summary.ts';

const orderId = 'o1';
const at = (second: number): string => new Date(Date.UTC(2010, 11, 1, 8, 26, second)).toISOString();
const place: OrderCommand = {
  type: 'PlaceOrder',
  data: {
    orderId,
    customerId: '17850',
    currency: 'GBP',
    lines: [
      { sku: '85123A', quantity: 2, unitPrice: 255 },
      { sku: '71053', quantity: 1, unitPrice: 339 },
      { sku: '85123A', quantity: 1, unitPrice: 200 },
    ],
    payment: { token: 'tok_approve' },
  },
};
const draft: OrderCommand = { type: 'DraftOrder', data: { orderId, customerId: '17850', currency: 'GBP' } };
const submit: OrderCommand = { type: 'SubmitOrder', data: { payment: { token: 'tok_approve' } } };
const edit = fc.oneof(
  fc
    .record({
      sku: fc.constantFrom('85123A', '71053'),
      quantity: fc.integer({ min: 1, max: 3 }),
      unitPrice: fc.nat(300),
    })
    .map((data): OrderCommand => ({ type: 'AddLine', data })),
  fc.constantFrom('85123A', '71053').map((sku): OrderCommand => ({ type: 'RemoveLines', data: { sku } })),
);
const beginning = fc.oneof(
  fc.constant([place]),
  fc.array(edit, { maxLength: 6 }).map((edits) => [draft, ...edits, submit]),
);
const forward = fc.constantFrom<OrderCommand>(
  { type: 'ConfirmOrder', data: { orderId } },
  { type: 'ShipOrder', data: { carrier: 'Royal Mail', trackingNumber: 'RM1' } },
  { type: 'DeliverOrder' },
);
const ending = fc.constantFrom<OrderCommand>(
  { type: 'CancelOrder', data: { reason: 'late' } },
  { type: 'RejectOrder', data: { orderId, reason: 'out-of-stock' } },
);
const returns = fc.oneof(
  fc.tuple(fc.constantFrom('85123A', '71053'), fc.integer({ min: 1, max: 2 })).map(([sku, quantity]): OrderCommand => ({
    type: 'RequestReturn',
    data: { lines: [{ sku, quantity }], reason: 'broken' },
  })),
  fc
    .integer({ min: 1, max: 3 })
    .map((n): OrderCommand => ({ type: 'CompleteReturn', data: { orderId, returnId: `o1.r${n}`, refunded: 0 } })),
);
const histories = fc.array(
  fc.oneof({ weight: 5, arbitrary: forward }, { weight: 5, arbitrary: returns }, { weight: 1, arbitrary: ending }),
  { maxLength: 30 },
);

it('says what the order itself says, after every event', () => {
  fc.assert(
    fc.property(beginning, histories, (first, history) => {
      let state = initialOrder;
      let summary: OrderSummary | undefined;
      for (const command of [...first, ...history]) {
        const decision = decide(command, state);
        for (const event of isRefusal(decision) ? [] : decision) {
          state = evolve(state, event);
          summary = projectOrderSummary(summary, event, at(0));
          if (state.status === 'none') throw new Error('it was begun');
          const { customerId, currency, total, lines } = state;
          expect(summary).toMatchObject({ orderId, customerId, currency, total, lineCount: lines.length });
          expect(summary?.status).toBe(statusOf(state));
        }
      }
    }),
    { numRuns: 300, seed: 20_101_201 },
  );
});

it('is found by ids, codes and the words of descriptions, in small letters and each once', () => {
  const lines = [
    { sku: '85123A', description: 'WHITE Hanging  heart', quantity: 1, unitPrice: 1 },
    { sku: '71053', description: 'white lantern', quantity: 1, unitPrice: 1 },
  ];
  const events = decide({ ...place, data: { ...place.data, lines } } as OrderCommand, initialOrder);
  const summary = (isRefusal(events) ? [] : events).reduce<OrderSummary | undefined>(
    (before, event) => projectOrderSummary(before, event, at(1)),
    undefined,
  );
  expect(summary?.text).toBe('o1 17850 85123a white hanging heart 71053 lantern');
  expect(summary?.placedKey).toBe('2010-12-01T08:26:01.000Z~o1');
});

describe('a summary', () => {
  const drafted: OrderEvent = { type: 'OrderDrafted', data: { orderId, customerId: '17850', currency: 'GBP' } };
  const confirmed: OrderEvent = { type: 'OrderConfirmed', data: { orderId } };

  it('knows when the order was placed and when it last changed', () => {
    const first = projectOrderSummary(undefined, drafted, at(0));
    expect(projectOrderSummary(first, confirmed, at(9))).toMatchObject({ placedAt: at(0), updatedAt: at(9) });
  });

  it('is not changed by what changes nothing', () => {
    const first = projectOrderSummary(undefined, drafted, at(0));
    const repeated: OrderEvent = { type: 'OutcomeRepeated', data: { eventId: 'e', type: 'OrderConfirmed', data: {} } };
    expect(projectOrderSummary(first, repeated, at(9))).toBe(first);
  });

  it('is not there before the order is', () => {
    const refused: OrderEvent = {
      type: 'OrderRequestRefused',
      data: { orderId, request: 'confirm', code: 'order-unknown', message: 'There is no such order.' },
    };
    expect(projectOrderSummary(undefined, refused, at(0))).toBeUndefined();
  });
});
