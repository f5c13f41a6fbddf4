import {
  type OrderCommandMessage,
  orderCommands,
  orderEvents,
  orderPersonalData,
  orderStream,
  totalsContainer,
} from '@daybook/contracts';
import { createAggregateStore, eventCodec, snapshotIntervals } from '@daybook/eventstore';
import { createParticipant, eventRoute, replyRoute } from '@daybook/messaging';
import { orderDecider, type OrderEvent, type OrderState } from '@daybook/order-domain';
import { servedStreams, servedTotals } from '@daybook/projections';
import { openService } from '@daybook/service-kit';
import { orderRoutes } from './http/routes.ts';
import { customerTotalsModel } from './read-models/customer-totals/customer-totals.ts';
import { orderSummaryModel } from './read-models/order-summary/order-summary.ts';
import { salesReportModel } from './read-models/sales-report/sales-report.ts';
import { sagaRoute } from './saga-route.ts';

const service = openService({ name: 'order', defaultPort: 4101 }, process.env);
const { store, answers, audit, runtime } = service;

// States, snapshots and the read models are made with personal data withheld: there is nothing in them to erase.
const personalData = service.personalData(orderPersonalData, [
  { kind: 'read-model', name: 'orders' },
  { kind: 'read-model', name: 'sales' },
  { kind: 'read-model', name: 'customers' },
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
const summaries = servedStreams(
  service.readModel(orderSummaryModel({ readModel: service.readModels, store, codec }, runtime)),
);
const sums = { totals: service.platform.container(totalsContainer('order')), store, codec, runtime };
const sales = servedTotals(service.readModel(salesReportModel(sums)));
const customers = servedTotals(service.readModel(customerTotalsModel(sums)));

await service.run(
  orderRoutes({
    orders,
    store,
    answers,
    audit,
    personalData: personalData.reader,
    erase: personalData.erase,
    ...{ summaries, sales, customers },
    runtime,
  }),
  [
    service.relay([eventRoute('order-events', 'order'), replyRoute('order'), sagaRoute]),
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
