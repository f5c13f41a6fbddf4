import { type StockCommandMessage, stockCommands, stockEvents, stockStream } from '@daybook/contracts';
import { type AggregateStore, createAggregateStore, eventCodec } from '@daybook/eventstore';
import { stockLevelProjection } from '@daybook/inventory';
import { type StockCommand, stockDecider, type StockEvent, type StockState } from '@daybook/inventory-domain';
import { createParticipant, eventRoute, replyRoute } from '@daybook/messaging';
import { createProjection, projectionHandler } from '@daybook/projections';
import { withoutTombstones } from '../mutations/deciders.ts';
import type { SimProcess } from '../world/process.ts';
import { type Component, openSimService, type Parking } from './service.ts';
import { snapshotEvery } from './snapshots.ts';

export interface InventoryInstance {
  readonly stock: AggregateStore<StockCommand, StockEvent, StockState>;
  readonly parking: readonly Parking[];
  readonly components: readonly Component[];
}

/** The inventory service, composed as in its `main.ts`. */
export function inventoryInstance(process: SimProcess): InventoryInstance {
  const service = openSimService(process);
  const { store } = service;
  const codec = eventCodec<StockEvent>(stockEvents);
  const stock = createAggregateStore({
    store,
    codec,
    decider: process.world.mutation === 'no-tombstone' ? withoutTombstones(stockDecider) : stockDecider,
    category: 'stock',
    snapshots: { container: service.snapshots, every: snapshotEvery, stateVersion: 1 },
  });
  const levels = createProjection(stockLevelProjection({ readModel: service.readModels, store, codec }));
  const components = [
    service.relay([eventRoute('inventory-events', 'inventory'), replyRoute('inventory')]),
    service.feed('read-models', { handleKey: projectionHandler([levels]) }),
    service.commands(
      'inventory-commands',
      createParticipant<StockCommandMessage, StockEvent, StockState>({
        commands: stockCommands,
        toCommand: (message) => message as StockCommandMessage,
        streamOf: ({ data }) => stockStream(data.sku),
        aggregate: stock,
        store,
      }),
    ),
  ];
  return { stock, parking: service.parking, components };
}
