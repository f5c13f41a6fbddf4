import type { EventCodec, EventStore } from '@daybook/eventstore';
import type { Container } from '@daybook/ports';
import type { ProjectionDefinition } from '@daybook/projections';
import type { StockEvent } from '@daybook/inventory-domain';

/** What a list of stock shows for one SKU. */
export interface StockLevel {
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
  /** `onHand - reserved`, stored so that it can be asked for. */
  readonly available: number;
  readonly updatedAt: string;
}

export interface StockLevelSources {
  readonly readModel: Container;
  readonly store: EventStore;
  readonly codec: EventCodec<StockEvent>;
}

/** The read model as the feed drives it. */
export function stockLevelProjection({ readModel, store, codec }: StockLevelSources): ProjectionDefinition<StockLevel> {
  return {
    name: 'stock',
    readModel,
    streams: 'stock-',
    project: (before, stored) =>
      codec
        .decodeAll(stored)
        .reduce<StockLevel | undefined>(
          (summary, event) => projectStockLevel(summary, event, stored.recordedAt),
          before,
        ),
    readStream: async (streamId, afterVersion) => (await store.read({ streamId, afterVersion })).events,
  };
}

/** Pure: the level after an event. */
export function projectStockLevel(
  level: StockLevel | undefined,
  event: StockEvent,
  recordedAt: string,
): StockLevel | undefined {
  switch (event.type) {
    case 'StockReceived':
    case 'StockAdjusted':
    case 'StockRestocked':
      return moved(level, event.data.sku, { onHand: event.data.quantity, reserved: 0 }, recordedAt);
    case 'StockReserved':
      return moved(level, event.data.sku, { onHand: 0, reserved: event.data.quantity }, recordedAt);
    case 'StockReservationReleased':
      return moved(level, event.data.sku, { onHand: 0, reserved: -event.data.quantity }, recordedAt);
    case 'StockCommitted':
      return moved(level, event.data.sku, { onHand: -event.data.quantity, reserved: -event.data.quantity }, recordedAt);
    case 'StockReservationRejected':
    case 'StockRequestRefused':
    case 'OutcomeRepeated':
      return level;
    default:
      return unknownEvent(event);
  }
}

function moved(
  level: StockLevel | undefined,
  sku: string,
  by: { readonly onHand: number; readonly reserved: number },
  updatedAt: string,
): StockLevel {
  const onHand = (level?.onHand ?? 0) + by.onHand;
  const reserved = (level?.reserved ?? 0) + by.reserved;
  return { sku, onHand, reserved, available: onHand - reserved, updatedAt };
}

function unknownEvent(event: never): never {
  throw new Error(`no such stock event: ${JSON.stringify(event)}`);
}
