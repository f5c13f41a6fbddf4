import { stockEvents } from '@daybook/contracts';
import { isRefusal } from '@daybook/ports';
import fc from 'fast-check';
import { decide, type StockCommand } from './decide.ts';
import { availableOf, evolve, initialStock, type StockState } from './state.ts';

// Few SKUs, orders and pieces, so that commands meet: the interesting histories are those in which they collide.
const sku = '85123A';
const orderId = 'o1';
const reservationIds = ['o1', 'o2', 'o3', 'constructor', '__proto__'];
const reservationId = fc.constantFrom(...reservationIds);
const pieces = fc.integer({ min: 1, max: 12 });
const reservation = reservationId.map((id) => ({ sku, reservationId: id, orderId }));
const commands: fc.Arbitrary<StockCommand> = fc.oneof(
  pieces.map((quantity) => ({ type: 'ReceiveStock', data: { sku, quantity } }) as const),
  fc
    .integer({ min: -12, max: 6 })
    .map((quantity) => ({ type: 'AdjustStock', data: { sku, quantity, reason: 'counted' } }) as const),
  fc
    .tuple(reservation, pieces)
    .map(([data, quantity]) => ({ type: 'ReserveStock', data: { ...data, quantity } }) as const),
  reservation.map((data) => ({ type: 'ReleaseStock', data }) as const),
  reservation.map((data) => ({ type: 'CommitStock', data }) as const),
  pieces.map((quantity) => ({ type: 'RestockReturn', data: { sku, orderId, returnId: 'o1.r1', quantity } }) as const),
);

/** Decides the commands one after the other; `check` sees each state, and the events that led to it. */
function run(history: readonly StockCommand[], check: (state: StockState) => void): StockState {
  return history.reduce((state, command) => {
    const decision = decide(command, state);
    if (isRefusal(decision)) return state;
    const next = decision.reduce((before, event) => {
      expect(() => stockEvents[event.type].schema.parse(event.data)).not.toThrow();
      return evolve(before, event);
    }, state);
    check(next);
    return next;
  }, initialStock);
}

const histories = fc.array(commands, { maxLength: 40 });
const runs = { numRuns: 300, seed: 20_101_201 };

it('0 ≤ reserved ≤ on hand, and what is reserved is the sum of the open reservations, whatever is asked for', () => {
  fc.assert(
    fc.property(histories, (history) => {
      run(history, (state) => {
        const open = Object.values(state.open).reduce((sum, quantity) => sum + quantity, 0);
        expect(state.reserved).toBe(open);
        expect(state.reserved).toBeGreaterThanOrEqual(0);
        expect(availableOf(state)).toBeGreaterThanOrEqual(0);
      });
    }),
    runs,
  );
});

it('the fulfilment process is always answered with exactly one event', () => {
  fc.assert(
    fc.property(histories, commands, (history, command) => {
      fc.pre(command.type !== 'ReceiveStock' && command.type !== 'AdjustStock');
      const decision = decide(
        command,
        run(history, () => undefined),
      );
      expect(isRefusal(decision) ? [] : decision).toHaveLength(1);
    }),
    runs,
  );
});

it('what was released before it was seen is never reserved', () => {
  fc.assert(
    fc.property(histories, histories, reservationId, (before, after, id) => {
      fc.pre(before.every((command) => command.type !== 'ReserveStock' || command.data.reservationId !== id));
      const ids = { sku, reservationId: id, orderId };
      const end = run([...before, { type: 'ReleaseStock', data: ids }, ...after], () => undefined);
      expect(Object.hasOwn(end.open, id)).toBe(false);
    }),
    runs,
  );
});

it('releasing everything leaves nothing reserved', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const releases = reservationIds.map(
        (id) => ({ type: 'ReleaseStock', data: { sku, reservationId: id, orderId } }) as const,
      );
      expect(run([...history, ...releases], () => undefined)).toMatchObject({ reserved: 0, open: {} });
    }),
    runs,
  );
});
