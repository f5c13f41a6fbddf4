import type { StockEvent } from './events.ts';

/**
 * The stock of one SKU. Always: 0 ≤ reserved ≤ onHand, and `reserved` is the sum of the open reservations.
 *
 * Reservations that were released or committed are not kept here: that one of them is not made a second time is settled by the event
 * store, which knows every command key that was ever used. Only tombstones stay: their command to reserve was never seen.
 */
export interface StockState {
  readonly onHand: number;
  readonly reserved: number;
  /** Pieces by reservation id. */
  readonly open: Readonly<Record<string, number>>;
  /** Reservation ids that were released before they were seen. */
  readonly tombstones: readonly string[];
}

export const initialStock: StockState = { onHand: 0, reserved: 0, open: {}, tombstones: [] };

export function availableOf(state: StockState): number {
  return state.onHand - state.reserved;
}

/** Pieces of an open reservation. Ids are clients' words: `constructor` is one like any other. */
export function openPieces(state: StockState, reservationId: string): number | undefined {
  return Object.hasOwn(state.open, reservationId) ? state.open[reservationId] : undefined;
}

export function evolve(state: StockState, event: StockEvent): StockState {
  switch (event.type) {
    case 'StockReceived':
    case 'StockAdjusted':
    case 'StockRestocked':
      return { ...state, onHand: state.onHand + event.data.quantity };
    case 'StockReserved': {
      const { reservationId, quantity } = event.data;
      return { ...state, reserved: state.reserved + quantity, open: { ...state.open, [reservationId]: quantity } };
    }
    case 'StockReservationReleased': {
      const { reservationId, quantity } = event.data;
      if (quantity === 0) {
        return state.tombstones.includes(reservationId)
          ? state
          : { ...state, tombstones: [...state.tombstones, reservationId] };
      }
      return { ...state, reserved: state.reserved - quantity, open: without(state.open, reservationId) };
    }
    case 'StockCommitted': {
      const { reservationId, quantity } = event.data;
      return {
        ...state,
        onHand: state.onHand - quantity,
        reserved: state.reserved - quantity,
        open: without(state.open, reservationId),
      };
    }
    case 'StockReservationRejected':
    case 'StockRequestRefused':
    case 'OutcomeRepeated':
      return state;
    default:
      return unknownEvent(event);
  }
}

function without(open: StockState['open'], reservationId: string): StockState['open'] {
  const { [reservationId]: _closed, ...left } = open;
  return left;
}

function unknownEvent(event: never): never {
  throw new Error(`no such stock event: ${JSON.stringify(event)}`);
}
