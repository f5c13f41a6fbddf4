import {
  availableOf,
  decide,
  evolve,
  initialStock,
  type StockCommand,
  type StockEvent,
} from '@daybook/inventory-domain';
import { isRefusal } from '@daybook/ports';
import fc from 'fast-check';
import { projectStockLevel, type StockLevel } from './stock-level.ts';

const sku = '85123A';
const at = '2010-12-01T08:26:00.000Z';
const pieces = fc.integer({ min: 1, max: 12 });
const ids = fc.constantFrom('o1', 'o2', 'o3').map((orderId) => ({ sku, reservationId: orderId, orderId }));
const commands: fc.Arbitrary<StockCommand> = fc.oneof(
  pieces.map((quantity): StockCommand => ({ type: 'ReceiveStock', data: { sku, quantity } })),
  pieces.map((quantity): StockCommand => ({ type: 'AdjustStock', data: { sku, quantity: -quantity, reason: 'lost' } })),
  fc
    .tuple(ids, pieces)
    .map(([data, quantity]): StockCommand => ({ type: 'ReserveStock', data: { ...data, quantity } })),
  ids.map((data): StockCommand => ({ type: 'ReleaseStock', data })),
  ids.map((data): StockCommand => ({ type: 'CommitStock', data })),
  pieces.map((quantity): StockCommand => ({
    type: 'RestockReturn',
    data: { sku, orderId: 'o1', returnId: 'o1.r1', quantity },
  })),
);

it('says what the stock itself says, after every event', () => {
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 40 }), (history) => {
      let state = initialStock;
      let level: StockLevel | undefined;
      for (const command of history) {
        const decision = decide(command, state);
        for (const event of isRefusal(decision) ? [] : decision) {
          state = evolve(state, event);
          level = projectStockLevel(level, event, at);
          const { onHand, reserved } = state;
          expect({ onHand: level?.onHand ?? 0, reserved: level?.reserved ?? 0 }).toEqual({ onHand, reserved });
          expect(level?.available ?? 0).toBe(availableOf(state));
        }
      }
    }),
    { numRuns: 300, seed: 20_101_201 },
  );
});

it('is stored with what is available, and when it changed', () => {
  const received: StockEvent = { type: 'StockReceived', data: { sku, quantity: 5 } };
  const reserved: StockEvent = {
    type: 'StockReserved',
    data: { sku, reservationId: 'o1', orderId: 'o1', quantity: 2 },
  };
  const level = projectStockLevel(projectStockLevel(undefined, received, at), reserved, '2010-12-02T00:00:00.000Z');
  expect(level).toEqual({
    sku,
    onHand: 5,
    reserved: 2,
    available: 3,
    lowKey: '000000000003~85123A',
    updatedAt: '2010-12-02T00:00:00.000Z',
  });
});

it('does not show a SKU that was only ever asked for in vain', () => {
  const rejected: StockEvent = {
    type: 'StockReservationRejected',
    data: { sku, reservationId: 'o1', orderId: 'o1', quantity: 1, available: 0, code: 'insufficient-stock' },
  };
  expect(projectStockLevel(undefined, rejected, at)).toBeUndefined();
});
