import { orderEvents, orderStream } from '@daybook/contracts';
import { createAggregateStore, eventCodec } from '@daybook/eventstore';
import { type OrderCommand, orderDecider, type OrderEvent } from '@daybook/order-domain';
import { virtualRuntime } from '@daybook/ports';
import { createProjection } from '@daybook/projections';
import { memoryStores } from '@daybook/service-kit/testing';
import { orderRoutes } from '../http/routes.ts';
import { orderSummaryProjection } from '../read-models/order-summary/order-summary.ts';

/** The order service over stores in memory, without hubs and feeds. */
export function orderService() {
  const runtime = virtualRuntime({ seed: 1 });
  const stores = memoryStores(runtime);
  const { store } = stores;
  const codec = eventCodec<OrderEvent>(orderEvents);
  const orders = createAggregateStore({ store, codec, decider: orderDecider, category: 'order' });
  const summaries = createProjection(orderSummaryProjection({ readModel: stores.readModels, store, codec }));
  return {
    routes: orderRoutes({ orders, store, summaries, runtime }),
    store,
    catchUp: () => stores.catchUp([summaries]),
    /** A command as the fulfilment process sends it. */
    async send(orderId: string, command: OrderCommand): Promise<void> {
      const commandKey = `FulfilOrder:${orderId}/${command.type.toLowerCase()}/-/do/0`;
      const metadata = { commandKey, correlationId: 'c', causationId: 'c', actor: 'test', traceparent: '' };
      await orders.execute({ streamId: orderStream(orderId), command, metadata });
    },
  };
}
