import { stockEvents, stockStream } from '@daybook/contracts';
import { createAggregateStore, eventCodec } from '@daybook/eventstore';
import { type StockCommand, stockDecider, type StockEvent } from '@daybook/inventory-domain';
import { virtualRuntime } from '@daybook/ports';
import { createProjection } from '@daybook/projections';
import { memoryStores } from '@daybook/service-kit/testing';
import { inventoryRoutes } from '../http/routes.ts';
import { stockLevelProjection } from '../read-models/stock-level/stock-level.ts';

/** The inventory service over stores in memory, without hubs and feeds. */
export function inventoryService() {
  const runtime = virtualRuntime({ seed: 1 });
  const stores = memoryStores(runtime);
  const { store, answers, audit } = stores;
  const codec = eventCodec<StockEvent>(stockEvents);
  const stock = createAggregateStore({ store, codec, decider: stockDecider, category: 'stock' });
  const levels = createProjection(stockLevelProjection({ readModel: stores.readModels, store, codec }));
  return {
    stock,
    store,
    routes: inventoryRoutes({ stock, store, answers, audit, levels, runtime }),
    catchUp: () => stores.catchUp([levels]),
    /** A reservation as the fulfilment process asks for it. */
    async reserve(sku: string, orderId: string, quantity: number): Promise<void> {
      const command: StockCommand = { type: 'ReserveStock', data: { sku, reservationId: orderId, orderId, quantity } };
      const commandKey = `FulfilOrder:${orderId}/reserve/${sku}/do/0`;
      const metadata = { commandKey, correlationId: 'c', causationId: 'c', actor: 'test', traceparent: '' };
      await stock.execute({ streamId: stockStream(sku), command, metadata });
    },
  };
}
