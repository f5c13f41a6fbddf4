import { spec } from '@daybook/testing';
import { onHandMax, stockDecider } from './decide.ts';
import { evolve, initialStock, openPieces } from './state.ts';
import type { StockEvent } from './events.ts';

const sku = '85123A';
const received = (quantity: number): StockEvent => ({ type: 'StockReceived', data: { sku, quantity } });
const reservation = (orderId: string) => ({ sku, reservationId: orderId, orderId });
const reserved = (orderId: string, quantity: number): StockEvent => ({
  type: 'StockReserved',
  data: { ...reservation(orderId), quantity },
});
const released = (orderId: string, quantity: number): StockEvent => ({
  type: 'StockReservationReleased',
  data: { ...reservation(orderId), quantity },
});
const committed = (orderId: string, quantity: number): StockEvent => ({
  type: 'StockCommitted',
  data: { ...reservation(orderId), quantity },
});
const rejected = (
  orderId: string,
  quantity: number,
  available: number,
  code: 'insufficient-stock' | 'already-released' | 'already-reserved',
): StockEvent => ({ type: 'StockReservationRejected', data: { ...reservation(orderId), quantity, available, code } });

const reserve = (orderId: string, quantity: number) =>
  ({ type: 'ReserveStock', data: { ...reservation(orderId), quantity } }) as const;
const release = (orderId: string) => ({ type: 'ReleaseStock', data: reservation(orderId) }) as const;
const commit = (orderId: string) => ({ type: 'CommitStock', data: reservation(orderId) }) as const;
const adjust = (quantity: number) => ({ type: 'AdjustStock', data: { sku, quantity, reason: 'stocktaking' } }) as const;

const stock = spec(stockDecider);

describe('receiving stock', () => {
  const receive = (quantity: number) => ({ type: 'ReceiveStock', data: { sku, quantity } }) as const;

  it('adds to what is on hand, the first time and later', () => {
    stock.given().when(receive(5)).then(received(5));
    stock.given(received(5)).when(receive(7)).then(received(7));
    expect([received(5), received(7)].reduce(evolve, initialStock).onHand).toBe(12);
  });

  it('refuses more than a warehouse can hold, to the piece', () => {
    stock
      .given(received(onHandMax - 1))
      .when(receive(1))
      .then(received(1));
    stock.given(received(onHandMax)).when(receive(1)).thenRefused('too-much-stock', { onHand: onHandMax, onHandMax });
  });
});

describe('adjusting stock', () => {
  const adjusted = (quantity: number): StockEvent => ({
    type: 'StockAdjusted',
    data: { sku, quantity, reason: 'stocktaking' },
  });

  it('takes up to what is available, and never what is reserved', () => {
    stock.given(received(10), reserved('o1', 4)).when(adjust(-6)).then(adjusted(-6));
    stock
      .given(received(10), reserved('o1', 4))
      .when(adjust(-7))
      .thenRefused('insufficient-stock', { sku, available: 6 });
    stock.given().when(adjust(-1)).thenRefused('insufficient-stock', { sku, available: 0 });
  });

  it('adds what was found, within what a warehouse can hold', () => {
    stock.given().when(adjust(3)).then(adjusted(3));
    stock.given(received(onHandMax)).when(adjust(1)).thenRefused('too-much-stock');
  });
});

describe('reserving stock', () => {
  it('reserves up to the last piece', () => {
    stock.given(received(10), reserved('o1', 6)).when(reserve('o2', 4)).then(reserved('o2', 4));
  });

  it('is answered with a rejection that says how much there was', () => {
    stock
      .given()
      .when(reserve('o1', 1))
      .then(rejected('o1', 1, 0, 'insufficient-stock'));
    stock
      .given(received(10), reserved('o1', 6))
      .when(reserve('o2', 5))
      .then(rejected('o2', 5, 4, 'insufficient-stock'));
  });

  it('twice under one reservation id takes nothing more', () => {
    stock
      .given(received(10), reserved('o1', 6))
      .when(reserve('o1', 1))
      .then(rejected('o1', 1, 4, 'already-reserved'));
  });

  it('is rejected once its release came first', () => {
    stock
      .given(received(10), released('o1', 0))
      .when(reserve('o1', 1))
      .then(rejected('o1', 1, 10, 'already-released'));
  });

  it('of another round is a reservation of its own', () => {
    stock.given(received(10), released('o1', 0)).when(reserve('o1~1', 1)).then(reserved('o1~1', 1));
  });
});

describe('releasing a reservation', () => {
  it('gives back all of it', () => {
    stock.given(received(10), reserved('o1', 6)).when(release('o1')).then(released('o1', 6));
    stock.given(received(10), reserved('o1', 6), released('o1', 6)).when(reserve('o2', 10)).then(reserved('o2', 10));
  });

  it('that was never seen succeeds and leaves a tombstone', () => {
    stock.given().when(release('o1')).then(released('o1', 0));
    expect([released('o1', 0)].reduce(evolve, initialStock).tombstones).toEqual(['o1']);
  });

  it('twice gives back nothing more', () => {
    stock.given(received(10), reserved('o1', 6), released('o1', 6)).when(release('o1')).then(released('o1', 0));
    const once = [received(10), reserved('o1', 6), released('o1', 6)].reduce(evolve, initialStock);
    const twice = evolve(once, released('o1', 0));
    expect(twice).toMatchObject({ onHand: 10, reserved: 0, open: {} });
    expect(evolve(twice, released('o1', 0))).toEqual(twice);
  });

  it('that was rejected, or has left the house, changes nothing', () => {
    stock
      .given(received(1), rejected('o1', 2, 1, 'insufficient-stock'))
      .when(release('o1'))
      .then(released('o1', 0));
    stock.given(received(5), reserved('o1', 2), committed('o1', 2)).when(release('o1')).then(released('o1', 0));
  });
});

describe('committing a reservation', () => {
  const refused = (orderId: string): StockEvent => ({
    type: 'StockRequestRefused',
    data: {
      ...reservation(orderId),
      request: 'commit',
      code: 'reservation-not-open',
      message: `Reservation ${orderId} of ${sku} is not open: nothing was committed.`,
    },
  });

  it('takes its pieces out of the house, others stay reserved', () => {
    const history = [received(10), reserved('o1', 6), reserved('o2', 3)];
    stock
      .given(...history)
      .when(commit('o1'))
      .then(committed('o1', 6));
    expect([...history, committed('o1', 6)].reduce(evolve, initialStock)).toMatchObject({
      onHand: 4,
      reserved: 3,
      open: { o2: 3 },
    });
  });

  it('is refused where it is not open: never made, released, or committed before', () => {
    stock.given(received(10)).when(commit('o1')).then(refused('o1'));
    stock.given(received(10), reserved('o1', 6), released('o1', 6)).when(commit('o1')).then(refused('o1'));
    stock.given(received(10), reserved('o1', 6), committed('o1', 6)).when(commit('o1')).then(refused('o1'));
  });
});

describe('restocking a return', () => {
  it('puts the pieces back on the shelf, free to be sold', () => {
    const data = { sku, orderId: 'o1', returnId: 'o1.r1', quantity: 2 };
    stock
      .given(received(6), reserved('o1', 6), committed('o1', 6))
      .when({ type: 'RestockReturn', data })
      .then({ type: 'StockRestocked', data });
    stock
      .given(received(6), reserved('o1', 6), committed('o1', 6), { type: 'StockRestocked', data })
      .when(reserve('o2', 2))
      .then(reserved('o2', 2));
  });
});

describe('ids that are also names of JavaScript', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('%s is an id like any other', (id) => {
    stock.given(received(5)).when(release(id)).then(released(id, 0));
    stock
      .given(received(5), reserved('o1', 1))
      .when(commit(id))
      .then({
        type: 'StockRequestRefused',
        data: {
          ...reservation(id),
          request: 'commit',
          code: 'reservation-not-open',
          message: `Reservation ${id} of ${sku} is not open: nothing was committed.`,
        },
      });
    stock.given(received(5)).when(reserve(id, 3)).then(reserved(id, 3));
    stock.given(received(5), reserved(id, 3)).when(commit(id)).then(committed(id, 3));
    const open = [received(5), reserved(id, 3), reserved('o2', 1)].reduce(evolve, initialStock);
    expect([openPieces(open, id), openPieces(open, 'o2')]).toEqual([3, 1]);
    expect(evolve(open, released(id, 3))).toMatchObject({ onHand: 5, reserved: 1, open: { o2: 1 } });
  });
});

it('an answer given again changes nothing', () => {
  const before = [received(5), reserved('o1', 1)].reduce(evolve, initialStock);
  expect(evolve(before, { type: 'OutcomeRepeated', data: { eventId: 'e', type: 'StockReserved', data: {} } })).toBe(
    before,
  );
});
