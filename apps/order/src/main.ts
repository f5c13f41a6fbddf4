import {
  type OrderCommandMessage,
  orderCommands,
  orderEvents,
  orderPersonalData,
  orderStream,
} from '@daybook/contracts';
import { createAggregateStore, eventCodec, snapshotIntervals } from '@daybook/eventstore';
import { createParticipant, eventRoute, replyRoute } from '@daybook/messaging';
import { orderDecider, type OrderEvent, type OrderState } from '@daybook/order-domain';
import { createProjection, projectionHandler } from '@daybook/projections';
import { openService } from '@daybook/service-kit';
import { orderRoutes } from './http/routes.ts';
import { orderSummaryProjection } from './read-models/order-summary/order-summary.ts';
import { sagaRoute } from './saga-route.ts';

const service = openService({ name: 'order', defaultPort: 4101 }, process.env);
const { store, audit, runtime } = service;

// States, snapshots and the read model are made with personal data withheld: there is nothing in them to erase.
const personalData = service.personalData(orderPersonalData, [
  { kind: 'read-model', name: 'orders' },
  { kind: 'snapshot', name: 'order-snapshots' },
]);
const codec = personalData.protect(eventCodec<OrderEvent>(orderEvents));
const orders = createAggregateStore({
  store,
  codec,
  decider: orderDecider,
  category: 'order',
  snapshots: { container: service.snapshots, every: snapshotIntervals.quiet, stateVersion: 1 },
});
const summaries = createProjection(orderSummaryProjection({ readModel: service.readModels, store, codec }));

await service.run(
  orderRoutes({
    orders,
    store,
    audit,
    personalData: personalData.reader,
    erase: personalData.erase,
    summaries,
    runtime,
  }),
  [
    service.relay([eventRoute('order-events', 'order'), replyRoute('order'), sagaRoute]),
    service.feed('read-models', { handleKey: projectionHandler([summaries]) }),
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
  ],
);
