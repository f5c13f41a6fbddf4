import type { StockCommandMessage } from '@daybook/contracts';
import { type Decider, type Decision, refuse } from '@daybook/ports';
import type { StockEvent } from './events.ts';
import { availableOf, evolve, initialStock, openPieces, type StockState } from './state.ts';

export interface ReceiveStock {
  readonly type: 'ReceiveStock';
  readonly data: { readonly sku: string; readonly quantity: number };
}
export interface AdjustStock {
  readonly type: 'AdjustStock';
  /** `quantity` is signed, and not 0. */
  readonly data: { readonly sku: string; readonly quantity: number; readonly reason: string };
}

/** What the warehouse does, and (from the fulfilment process) what orders need. */
export type StockCommand = ReceiveStock | AdjustStock | StockCommandMessage;

/** More pieces of one SKU than this are a typing error. */
export const onHandMax = 1_000_000_000;

export function decide(command: StockCommand, state: StockState): Decision<StockEvent> {
  switch (command.type) {
    case 'ReceiveStock':
      return tooMuch(command.data.quantity, state) ?? [{ type: 'StockReceived', data: command.data }];
    case 'AdjustStock':
      return adjust(command.data, state);
    case 'ReserveStock':
      return [reserve(command.data, state)];
    case 'ReleaseStock':
      return [release(command.data, state)];
    case 'CommitStock':
      return [commit(command.data, state)];
    case 'RestockReturn':
      return [{ type: 'StockRestocked', data: command.data }];
    default:
      return unknownCommand(command);
  }
}

export const stockDecider: Decider<StockCommand, StockEvent, StockState> = { initial: initialStock, decide, evolve };

function adjust(data: AdjustStock['data'], state: StockState): Decision<StockEvent> {
  const available = availableOf(state);
  if (data.quantity + available < 0) {
    return refuse('insufficient-stock', `Of ${data.sku}, ${available} are available: no more can be taken.`, {
      sku: data.sku,
      available,
    });
  }
  return tooMuch(data.quantity, state) ?? [{ type: 'StockAdjusted', data }];
}

type DataOf<T extends StockCommandMessage['type']> = Extract<StockCommandMessage, { type: T }>['data'];

function reserve(data: DataOf<'ReserveStock'>, state: StockState): StockEvent {
  const available = availableOf(state);
  if (state.tombstones.includes(data.reservationId)) {
    return { type: 'StockReservationRejected', data: { ...data, available, code: 'already-released' } };
  }
  if (openPieces(state, data.reservationId) !== undefined) {
    return { type: 'StockReservationRejected', data: { ...data, available, code: 'already-reserved' } };
  }
  return data.quantity > available
    ? { type: 'StockReservationRejected', data: { ...data, available, code: 'insufficient-stock' } }
    : { type: 'StockReserved', data };
}

/** A release always succeeds: of something never reserved it leaves a tombstone, so that the reservation cannot come after it. */
function release(data: DataOf<'ReleaseStock'>, state: StockState): StockEvent {
  return { type: 'StockReservationReleased', data: { ...data, quantity: openPieces(state, data.reservationId) ?? 0 } };
}

function commit(data: DataOf<'CommitStock'>, state: StockState): StockEvent {
  const quantity = openPieces(state, data.reservationId);
  if (quantity !== undefined) return { type: 'StockCommitted', data: { ...data, quantity } };
  return {
    type: 'StockRequestRefused',
    data: {
      ...data,
      request: 'commit',
      code: 'reservation-not-open',
      message: `Reservation ${data.reservationId} of ${data.sku} is not open: nothing was committed.`,
    },
  };
}

function tooMuch(quantity: number, state: StockState): Decision<StockEvent> | undefined {
  return state.onHand + quantity > onHandMax
    ? refuse('too-much-stock', `There would be more than ${onHandMax} pieces on hand.`, {
        onHand: state.onHand,
        onHandMax,
      })
    : undefined;
}

function unknownCommand(command: never): never {
  throw new Error(`no such stock command: ${JSON.stringify(command)}`);
}
