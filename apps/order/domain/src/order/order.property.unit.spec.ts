import { orderEvents, type OrderLine } from '@daybook/contracts';
import { isRefusal } from '@daybook/ports';
import fc from 'fast-check';
import { decide, type OrderCommand } from './decide.ts';
import type { OrderEvent } from './events.ts';
import { evolve, initialOrder, isSent, type OrderState, statusOf } from './state.ts';

const orderId = 'o1';
const sku = fc.constantFrom('85123A', '71053', 'POST', 'constructor');
const pieces = fc.integer({ min: 1, max: 4 });
const line: fc.Arbitrary<OrderLine> = fc.record({ sku, quantity: pieces, unitPrice: fc.integer({ min: 0, max: 500 }) });
const lines = fc.array(line, { minLength: 1, maxLength: 4 });
const place = lines.map((ordered): OrderCommand => ({
  type: 'PlaceOrder',
  data: { orderId, customerId: 'c1', currency: 'GBP', lines: ordered, payment: { token: 'tok_approve' } },
}));
const draft: OrderCommand = { type: 'DraftOrder', data: { orderId, customerId: 'c1', currency: 'GBP' } };
const submit: OrderCommand = { type: 'SubmitOrder', data: { payment: { token: 'tok_approve' } } };
const edit = fc.oneof(
  line.map((data): OrderCommand => ({ type: 'AddLine', data })),
  sku.map((code): OrderCommand => ({ type: 'RemoveLines', data: { sku: code } })),
);
/** An order comes about at once, or line by line. */
const beginning = fc.oneof(
  place.map((command) => [command]),
  fc.array(edit, { minLength: 2, maxLength: 6 }).map((edits) => [draft, ...edits, submit]),
);
const constant = (...commands: readonly OrderCommand[]): fc.Arbitrary<OrderCommand> => fc.constantFrom(...commands);
const forward = constant(
  { type: 'ConfirmOrder', data: { orderId } },
  { type: 'ShipOrder', data: { carrier: 'Royal Mail', trackingNumber: 'RM1' } },
  { type: 'DeliverOrder' },
);
const ending = constant(
  { type: 'CancelOrder', data: { reason: 'late' } },
  { type: 'RejectOrder', data: { orderId, reason: 'out-of-stock' } },
);
const askBack = fc
  .array(fc.record({ sku, quantity: pieces }), { minLength: 1, maxLength: 3 })
  .map((asked): OrderCommand => ({ type: 'RequestReturn', data: { lines: asked, reason: 'broken' } }));
const complete = fc
  .integer({ min: 1, max: 4 })
  .map((n): OrderCommand => ({ type: 'CompleteReturn', data: { orderId, returnId: `o1.r${n}`, refunded: 0 } }));

const anything = fc.oneof(place, edit, fc.constant(submit), forward, ending, askBack, complete);
/** Most histories are to get far: an order is placed first, and few commands end it early. */
const histories = fc
  .tuple(
    beginning,
    fc.array(
      fc.oneof(
        { weight: 4, arbitrary: forward },
        { weight: 4, arbitrary: askBack },
        { weight: 3, arbitrary: complete },
        {
          weight: 1,
          arbitrary: anything,
        },
      ),
      { maxLength: 25 },
    ),
  )
  .map(([first, rest]) => [...first, ...rest]);

function run(history: readonly OrderCommand[]): { readonly states: OrderState[]; readonly events: OrderEvent[] } {
  const states: OrderState[] = [initialOrder];
  const events: OrderEvent[] = [];
  for (const command of history) {
    const decision = decide(command, states.at(-1) ?? initialOrder);
    if (isRefusal(decision)) continue;
    events.push(...decision);
    states.push(decision.reduce(evolve, states.at(-1) ?? initialOrder));
  }
  return { states, events };
}

const runs = { numRuns: 300, seed: 20_101_201 };
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

it('every event that is decided passes its schema', () => {
  fc.assert(
    fc.property(histories, (history) => {
      for (const { type, data } of run(history).events)
        expect(() => orderEvents[type].schema.parse(data)).not.toThrow();
    }),
    runs,
  );
});

it('no event, in whatever order it comes, breaks the fold', () => {
  fc.assert(
    fc.property(histories, fc.infiniteStream(fc.nat()), (history, chance) => {
      const { events } = run(history);
      const shuffled = events
        .map((event) => ({ event, at: chance.next().value as number }))
        .sort((a, b) => a.at - b.at);
      expect(() => statusOf(shuffled.map(({ event }) => event).reduce(evolve, initialOrder))).not.toThrow();
    }),
    runs,
  );
});

it('never more comes back than was sold, nor more money than was charged', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const state = run(history).states.at(-1);
      if (state === undefined || !isSent(state)) return;
      for (const code of new Set(state.lines.map((sold) => sold.sku))) {
        const count = (rows: readonly { sku: string; quantity: number }[]): number =>
          sum(rows.filter((row) => row.sku === code).map((row) => row.quantity));
        expect(count(state.returns.flatMap((entry) => entry.lines))).toBeLessThanOrEqual(count(state.lines));
      }
      expect(sum(state.returns.map(({ refund }) => refund))).toBeLessThanOrEqual(state.total);
    }),
    runs,
  );
});

it('an order that comes back whole, however it is divided, is refunded whole', () => {
  fc.assert(
    fc.property(place, fc.array(askBack, { maxLength: 6 }), (placed, parts) => {
      const sent = run([
        placed,
        { type: 'ConfirmOrder', data: { orderId } },
        { type: 'ShipOrder', data: { carrier: 'Royal Mail', trackingNumber: 'RM1' } },
        ...parts,
      ]).states.at(-1);
      if (sent === undefined || !isSent(sent)) throw new Error('it was not shipped');
      const left = sent.lines.flatMap(({ sku: code }) => {
        const sold = sum(sent.lines.filter((row) => row.sku === code).map((row) => row.quantity));
        const back = sent.returns.flatMap((entry) => entry.lines).filter((row) => row.sku === code);
        return sold === sum(back.map((row) => row.quantity))
          ? []
          : [{ sku: code, quantity: sold - sum(back.map((row) => row.quantity)) }];
      });
      const remaining = [...new Map(left.map((row) => [row.sku, row])).values()];
      const last =
        remaining.length === 0
          ? []
          : decide({ type: 'RequestReturn', data: { lines: remaining, reason: 'rest' } }, sent);
      expect(isRefusal(last)).toBe(false);
      const end = isRefusal(last) ? sent : last.reduce(evolve, sent as OrderState);
      if (!isSent(end)) throw new Error('it is not shipped any more');
      expect(sum(end.returns.map(({ refund }) => refund))).toBe(end.total);
      const all = end.returns.reduce<OrderState>(
        (state, { returnId, refund }) =>
          evolve(state, { type: 'OrderReturnCompleted', data: { orderId, returnId, refunded: refund } }),
        end,
      );
      expect(statusOf(all)).toBe('returned');
    }),
    runs,
  );
});

it('what is rejected, cancelled or shipped never becomes another of them', () => {
  const fates = new Set(['rejected', 'cancelled', 'shipped']);
  fc.assert(
    fc.property(histories, (history) => {
      const met = new Set(
        run(history)
          .states.map((state) => state.status)
          .filter((status) => fates.has(status)),
      );
      expect(met.size).toBeLessThanOrEqual(1);
    }),
    runs,
  );
});
