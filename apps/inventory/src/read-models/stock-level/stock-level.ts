import type { EventCodec, EventStore } from '@daybook/eventstore';
import type { Container } from '@daybook/ports';
import {
  createProjection,
  type Projection,
  type ProjectionDefinition,
  type ReadModelDefinition,
} from '@daybook/projections';
import type { StockEvent } from '@daybook/inventory-domain';

/** What a list of stock shows for one SKU. */
export interface StockLevel {
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
  /** `onHand - reserved`, stored so that it can be asked for. */
  readonly available: number;
  /** `available` in twelve digits and the SKU: unique, so that the list of what runs low goes by it, the least first. */
  readonly lowKey: string;
  readonly updatedAt: string;
}

export interface StockLevelSources {
  readonly readModel: Container;
  readonly store: EventStore;
  readonly codec: EventCodec<StockEvent>;
}

/** Its versions: another one is added here, and stays until no build of it is left. */
export function stockLevelModel(sources: StockLevelSources): ReadModelDefinition<Projection<StockLevel>> {
  return {
    name: 'stock',
    versions: [{ version: 1, open: (name) => createProjection(stockLevelProjection(sources, name)) }],
  };
}

/** The read model as the feed drives it. */
export function stockLevelProjection(
  { readModel, store, codec }: StockLevelSources,
  name = 'stock',
): ProjectionDefinition<StockLevel> {
  return {
    name,
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
  const available = onHand - reserved;
  return { sku, onHand, reserved, available, lowKey: `${String(available).padStart(12, '0')}~${sku}`, updatedAt };
}

function unknownEvent(event: never): never {
  throw new Error(`no such stock event: ${JSON.stringify(event)}`);
}
