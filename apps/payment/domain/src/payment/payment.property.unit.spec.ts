import { paymentEvents } from '@daybook/contracts';
import { isRefusal } from '@daybook/ports';
import fc from 'fast-check';
import { decide, type PaymentCommand } from './decide.ts';
import type { PaymentEvent } from './events.ts';
import { evolve, initialPayment, type PaymentState, refundsUnderWay, statusOf } from './state.ts';

const ids = { paymentId: 'o1', orderId: 'o1' };
const amount = fc.constantFrom(1, 300, 600, 900);
const refundId = fc.constantFrom('r1', 'r2', 'r3', 'constructor', '__proto__');
const decided = fc.constantFrom(
  { kind: 'done', providerReference: 'ref' } as const,
  { kind: 'refused', code: 'declined', message: 'No.' } as const,
);
const result = fc.oneof(decided, fc.constant({ kind: 'unknown', message: 'No answer.' } as const));

const commands: fc.Arbitrary<PaymentCommand> = fc.oneof(
  amount.map((a) => ({ type: 'AuthorizePayment', data: { ...ids, amount: a, currency: 'GBP', token: 't' } }) as const),
  fc.constant({ type: 'VoidPayment', data: ids } as const),
  amount.map((a) => ({ type: 'CapturePayment', data: { ...ids, amount: a } }) as const),
  fc
    .tuple(refundId, amount)
    .map(([id, a]) => ({ type: 'RefundPayment', data: { ...ids, refundId: id, amount: a, reason: 'x' } }) as const),
  fc
    .tuple(refundId, amount)
    .map(([id, a]) => ({ type: 'RequestRefund', data: { refundId: id, amount: a, reason: 'x' } }) as const),
  result.map((end) => ({ type: 'RecordAuthorization', result: end }) as const),
  fc.constant({ type: 'RecordVoid' } as const),
  decided.map((end) => ({ type: 'RecordCapture', result: end }) as const),
  fc.tuple(refundId, decided).map(([id, end]) => ({ type: 'RecordRefund', refundId: id, result: end }) as const),
);
/** Random commands rarely get as far as a refund: half of the histories begin with a payment that was captured. */
const paid: readonly PaymentCommand[] = [
  { type: 'AuthorizePayment', data: { ...ids, amount: 900, currency: 'GBP', token: 't' } },
  { type: 'RecordAuthorization', result: { kind: 'done', providerReference: 'ref' } },
  { type: 'CapturePayment', data: { ...ids, amount: 900 } },
  { type: 'RecordCapture', result: { kind: 'done', providerReference: 'ref' } },
];
const histories = fc
  .tuple(fc.nat({ max: paid.length }), fc.array(commands, { maxLength: 30 }))
  .map(([begun, rest]) => [...paid.slice(0, begun), ...rest]);

interface Run {
  readonly states: readonly PaymentState[];
  readonly events: readonly PaymentEvent[];
}

function run(history: readonly PaymentCommand[]): Run {
  let state = initialPayment;
  const states = [state];
  const events: PaymentEvent[] = [];
  for (const command of history) {
    const decision = decide(command, state);
    if (isRefusal(decision)) continue;
    for (const event of decision) {
      state = evolve(state, event);
      states.push(state);
      events.push(event);
    }
  }
  return { states, events };
}

const runs = { numRuns: 400, seed: 20_101_201 };

it('refunded, also what is under way, ≤ captured ≤ authorized', () => {
  fc.assert(
    fc.property(histories, (history) => {
      for (const state of run(history).states) {
        if (state.status === 'none') continue;
        expect(state.captured).toBeLessThanOrEqual(state.authorized);
        expect(state.refunded).toBeLessThanOrEqual(state.captured);
        if (state.status !== 'voided') expect(refundsUnderWay(state)).toBeLessThanOrEqual(state.captured);
      }
    }),
    runs,
  );
});

it('a payment is captured or voided, never both', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const types = new Set(run(history).events.map((event) => event.type));
      expect(types.has('PaymentCaptured') && types.has('PaymentVoided')).toBe(false);
    }),
    runs,
  );
});

it('every event that is decided passes its schema', () => {
  fc.assert(
    fc.property(histories, (history) => {
      for (const { type, data } of run(history).events) {
        expect(() => paymentEvents[type].schema.parse(data)).not.toThrow();
      }
    }),
    runs,
  );
});

it('no event, in whatever order it comes, breaks the fold', () => {
  fc.assert(
    fc.property(histories, fc.infiniteStream(fc.nat()), (history, chance) => {
      const shuffled = run(history)
        .events.map((event) => ({ event, at: chance.next().value as number }))
        .sort((a, b) => a.at - b.at);
      expect(() => statusOf(shuffled.map(({ event }) => event).reduce(evolve, initialPayment))).not.toThrow();
    }),
    runs,
  );
});

it('the fulfilment process is always answered with exactly one event', () => {
  fc.assert(
    fc.property(histories, commands, (history, command) => {
      fc.pre(!command.type.startsWith('Record') && command.type !== 'RequestRefund');
      const decision = decide(command, run(history).states.at(-1) ?? initialPayment);
      expect(isRefusal(decision) ? [] : decision).toHaveLength(1);
    }),
    runs,
  );
});

it('what the provider answers is never refused, and noted at most once', () => {
  fc.assert(
    fc.property(histories, commands, (history, command) => {
      fc.pre(command.type.startsWith('Record') && command.type !== 'RecordVoid');
      const state = run(history).states.at(-1) ?? initialPayment;
      const first = decide(command, state);
      if (isRefusal(first)) throw new Error('refused');
      if (state.status === 'voiding') return; // An answer while a void is under way is noted whenever it comes.
      expect(decide(command, first.reduce(evolve, state))).toEqual([]);
    }),
    runs,
  );
});
