import { type OrderCommandMessage, orderCommands, orderEvents, orderStream, totalsContainer } from '@daybook/contracts';
import { type AggregateStore, createAggregateStore, eventCodec } from '@daybook/eventstore';
import { createParticipant, eventRoute, replyRoute } from '@daybook/messaging';
import { type CustomerTotals, customerTotalsModel, orderSummaryProjection, sagaRoute } from '@daybook/order';
import { type OrderCommand, orderDecider, type OrderEvent, type OrderState } from '@daybook/order-domain';
import { createProjection, createTotals, projectionHandler } from '@daybook/projections';
import { cancellableForEver } from '../mutations/deciders.ts';
import { type Component, openSimService, type Parking } from './service.ts';
import type { SimProcess } from '../world/process.ts';
import { snapshotEvery } from './snapshots.ts';

export interface OrderInstance {
  readonly orders: AggregateStore<OrderCommand, OrderEvent, OrderState>;
  readonly parking: readonly Parking[];
  readonly components: readonly Component[];
}

/** The order service, composed as in its `main.ts`. */
export function orderInstance(process: SimProcess): OrderInstance {
  const service = openSimService(process);
  const { store } = service;
  const codec = eventCodec<OrderEvent>(orderEvents);
  const orders = createAggregateStore({
    store,
    codec,
    decider: process.world.mutation === 'cancel-after-pivot' ? cancellableForEver(orderDecider) : orderDecider,
    category: 'order',
    snapshots: { container: service.snapshots, every: snapshotEvery, stateVersion: 1 },
  });
  const summaries = createProjection(orderSummaryProjection({ readModel: service.readModels, store, codec }));
  const totals = process.container(totalsContainer('order'));
  const { definition } = customerTotalsModel({ totals, store, codec, runtime: process.runtime });
  const customers = createTotals<OrderState, CustomerTotals>(definition);
  const components = [
    service.relay([eventRoute('order-events', 'order'), replyRoute('order'), sagaRoute]),
    service.feed('read-models', { handleKey: projectionHandler([summaries, customers]) }),
    service.commands(
      'order-commands',
      createParticipant<OrderCommandMessage, OrderEvent, OrderState>({
        commands: orderCommands,
        toCommand: (message) => message as OrderCommandMessage,
        streamOf: ({ data }) => orderStream(data.orderId),
        aggregate: orders,
        store,
      }),
    ),
  ];
  return { orders, parking: service.parking, components };
}
