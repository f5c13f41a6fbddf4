import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderEvents, orderPersonalData, orderStream } from '@daybook/contracts';
import { createAggregateStore, eventCodec, fileKeyWrapper } from '@daybook/eventstore';
import { type OrderCommand, orderDecider, type OrderEvent, type OrderState } from '@daybook/order-domain';
import { memoryContainer, virtualRuntime } from '@daybook/ports';
import { createProjection, createTotals } from '@daybook/projections';
import { openPersonalData } from '@daybook/service-kit';
import { memoryStores } from '@daybook/service-kit/testing';
import { orderRoutes } from '../http/routes.ts';
import { type CustomerTotals, customerTotalsModel } from '../read-models/customer-totals/customer-totals.ts';
import { orderSummaryProjection } from '../read-models/order-summary/order-summary.ts';
import { type DailySales, salesReportModel, type SoldOrder } from '../read-models/sales-report/sales-report.ts';

/** The order service over stores in memory, without hubs and feeds. */
export function orderService() {
  const runtime = virtualRuntime({ seed: 1 });
  const stores = memoryStores(runtime);
  const { events, store, answers, audit } = stores;
  const folder = mkdtempSync(join(tmpdir(), 'daybook-order-'));
  const subjectKeys = memoryContainer({ name: 'keys', runtime, partitionKey: ({ id }) => id });
  const personalData = openPersonalData({
    ...{ personal: orderPersonalData, events, subjectKeys, audit, runtime },
    derived: [{ kind: 'read-model', name: 'orders' }],
    wrapper: fileKeyWrapper(join(folder, 'subjects.key')),
    keyBackupDays: 30,
  });
  const codec = personalData.protect(eventCodec<OrderEvent>(orderEvents));
  const orders = createAggregateStore({ store, codec, decider: orderDecider, category: 'order' });
  const summaries = createProjection(orderSummaryProjection({ readModel: stores.readModels, store, codec }));
  const partitionKey = ({ partition }: Readonly<Record<string, unknown>>): string => String(partition);
  const sums = { totals: memoryContainer({ name: 'totals', runtime, partitionKey }), store, codec, runtime };
  const sales = createTotals<SoldOrder, DailySales>(salesReportModel(sums).definition);
  const customers = createTotals<OrderState, CustomerTotals>(customerTotalsModel(sums).definition);
  const { reader, erase } = personalData;
  return {
    routes: orderRoutes({
      orders,
      store,
      answers,
      audit,
      personalData: reader,
      erase,
      summaries,
      sales,
      customers,
      runtime,
    }),
    stores,
    store,
    orders,
    /** Lets time pass. */
    wait: (ms: number) => runtime.advance(ms),
    /** Until somebody waits for a read model. */
    async waitUntilAsked(): Promise<void> {
      while (runtime.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    catchUp: () => stores.catchUp([summaries, sales, customers]),
    /** A command as the fulfilment process sends it. */
    async send(orderId: string, command: OrderCommand): Promise<void> {
      const commandKey = `FulfilOrder:${orderId}/${command.type.toLowerCase()}/-/do/0`;
      const metadata = { commandKey, correlationId: 'c', causationId: 'c', actor: 'test', traceparent: '' };
      await orders.execute({ streamId: orderStream(orderId), command, metadata });
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
