import {
  eventsContainer,
  orderCommands,
  type OrderLine,
  orderStream,
  outcomeKey,
  parseIntentKey,
  paymentCommands,
  type ShopService,
  stockCommands,
  stockEvents,
  orderEvents,
  paymentEvents,
  stockStream,
} from '@daybook/contracts';
import { createAggregateStore, createEventStore, eventCodec, type StoredEvent } from '@daybook/eventstore';
import { fulfilmentDefinitions } from '@daybook/fulfilment-domain';
import { type StockCommand, stockDecider, type StockEvent, type StockState } from '@daybook/inventory-domain';
import { cloudEventOf, createParticipant } from '@daybook/messaging';
import { type OrderCommand, orderDecider, type OrderEvent, type OrderState } from '@daybook/order-domain';
import { type PaymentCommand, paymentDecider, type PaymentEvent, type PaymentState } from '@daybook/payment-domain';
import { type Container, memoryContainer, virtualRuntime } from '@daybook/ports';
import { createSagaRunner, createSagaStore, sagaCommandsRoute } from '@daybook/saga';
import { type AllHistories, historyReader } from '../histories.ts';

const fulfilmentInputs = ['OrderSubmitted', 'OrderCancelled', 'OrderShipped', 'OrderReturnRequested'];

export interface EmbeddedShopOptions {
  /** After how many events each service keeps a snapshot of a stream. Default: none does. */
  readonly snapshotEvery?: number;
}

/** The four services' own decisions over their own stores in memory, and everything that is said between them. */
export function embeddedShop({ snapshotEvery }: EmbeddedShopOptions = {}) {
  const runtime = virtualRuntime({ seed: 1 });
  const kept = (name: string): Container => memoryContainer({ name, runtime, partitionKey: ({ id }) => id });
  const snapshots = {
    order: kept('order-snapshots'),
    inventory: kept('inventory-snapshots'),
    payment: kept('payment-snapshots'),
    fulfilment: kept('fulfilment-snapshots'),
  };
  const keeping = (service: ShopService) =>
    snapshotEvery === undefined
      ? {}
      : { snapshots: { container: snapshots[service], every: snapshotEvery, stateVersion: 1 } };
  const open = (service: ShopService) => {
    const container = memoryContainer<StoredEvent>({
      ...{ name: eventsContainer[service], runtime, uniqueKeys: ['/dedup'] },
      partitionKey: ({ streamId }) => streamId,
    });
    return { container, store: createEventStore({ container: container as never, runtime }) };
  };
  const at = {
    order: open('order'),
    inventory: open('inventory'),
    payment: open('payment'),
    fulfilment: open('fulfilment'),
  };
  const orders = createAggregateStore<OrderCommand, OrderEvent, OrderState>({
    ...{ store: at.order.store, codec: eventCodec<OrderEvent>(orderEvents), decider: orderDecider, category: 'order' },
    ...keeping('order'),
  });
  const stock = createAggregateStore<StockCommand, StockEvent, StockState>({
    ...{ store: at.inventory.store, codec: eventCodec<StockEvent>(stockEvents), decider: stockDecider },
    category: 'stock',
    ...keeping('inventory'),
  });
  const payments = createAggregateStore<PaymentCommand, PaymentEvent, PaymentState>({
    ...{ store: at.payment.store, codec: eventCodec<PaymentEvent>(paymentEvents), decider: paymentDecider },
    category: 'payment',
    ...keeping('payment'),
  });
  const definitions = fulfilmentDefinitions();
  const sagaStore = createSagaStore({
    ...{ store: at.fulfilment.store, definitions },
    ...(snapshotEvery === undefined ? {} : { snapshots: snapshots.fulfilment }),
  });
  const sagas = createSagaRunner({ definitions, runtime, sagas: sagaStore });
  const toCommand = (message: unknown) => message as never;
  const participants: Readonly<Record<string, ReturnType<typeof createParticipant>>> = {
    'order-commands': createParticipant({
      commands: orderCommands,
      toCommand,
      aggregate: orders,
      store: at.order.store,
    }),
    'inventory-commands': createParticipant({
      ...{ commands: stockCommands, toCommand, aggregate: stock, store: at.inventory.store },
    }),
    'payment-commands': createParticipant({
      ...{ commands: paymentCommands, toCommand, aggregate: payments, store: at.payment.store },
    }),
  };

  let requests = 0;
  /** As a client's request would have it. */
  const request = (actor: string) => {
    requests += 1;
    const id = `r-${requests}`;
    return { commandKey: `http:${id}`, correlationId: id, causationId: `request:${id}`, actor, traceparent: '' };
  };
  const order = async (orderId: string, command: OrderCommand): Promise<void> => {
    await orders.execute({ streamId: orderStream(orderId), command, metadata: request('customer:c1') });
    await settle();
  };

  /** The provider: refuses `tok_decline`, grants everything else. */
  const provider = async (stored: StoredEvent): Promise<void> => {
    const done = { kind: 'done', providerReference: 'p' } as const;
    const declined = { kind: 'refused', code: 'declined', message: 'The card was refused.' } as const;
    const { token, refundId } = stored.data;
    const answers: Readonly<Record<string, PaymentCommand>> = {
      PaymentAuthorizationRequested: { type: 'RecordAuthorization', result: token === 'tok_decline' ? declined : done },
      PaymentVoidRequested: { type: 'RecordVoid' },
      PaymentCaptureRequested: { type: 'RecordCapture', result: done },
      PaymentRefundRequested: { type: 'RecordRefund', refundId: String(refundId), result: done },
    };
    const command = answers[stored.type];
    const { commandKey, ...cause } = stored.metadata;
    const metadata = { ...cause, commandKey: outcomeKey(commandKey) };
    if (command !== undefined) await payments.execute({ streamId: stored.streamId, command, metadata });
  };

  const readers = Object.entries(at).map(([service, { container }]) => [service, historyReader(container)] as const);
  /** Carries messages until nobody has anything to say any more. */
  const settle = async (): Promise<void> => {
    for (let heard = 1; heard > 0;) {
      heard = 0;
      for (const [service, reader] of readers) {
        for (const event of [...(await reader.readOn()).values()].flat()) {
          heard += 1;
          for (const { hub, message } of service === 'fulfilment' ? sagaCommandsRoute(event) : []) {
            await participants[hub]?.(message);
          }
          if (service === 'payment') await provider(event);
          const isInput = service === 'order' && fulfilmentInputs.includes(event.type);
          const isAnswer = service !== 'fulfilment' && parseIntentKey(event.metadata.commandKey) !== undefined;
          if (isInput || isAnswer) await sagas.handleInput(cloudEventOf(event, service));
        }
      }
    }
  };

  return {
    runtime,
    snapshots,
    sagas: sagaStore,
    /** Resolves when all snapshots are written. */
    async settled(): Promise<void> {
      for (const aggregates of [orders, stock, payments, sagaStore]) await aggregates.settled();
    },
    async receive(sku: string, quantity: number): Promise<void> {
      const command: StockCommand = { type: 'ReceiveStock', data: { sku, quantity } };
      await stock.execute({ streamId: stockStream(sku), command, metadata: request('operator:o1') });
    },
    place: (orderId: string, lines: readonly OrderLine[], token = 'tok_approve') =>
      order(orderId, {
        type: 'PlaceOrder',
        data: { orderId, customerId: 'c1', currency: 'GBP', lines, payment: { token } },
      }),
    /** Puts an order together without submitting it. */
    async draft(orderId: string, lines: readonly OrderLine[]): Promise<void> {
      await order(orderId, { type: 'DraftOrder', data: { orderId, customerId: 'c1', currency: 'GBP' } });
      for (const data of lines) await order(orderId, { type: 'AddLine', data });
    },
    submit: (orderId: string) => order(orderId, { type: 'SubmitOrder', data: { payment: { token: 'tok_approve' } } }),
    ship: (orderId: string) =>
      order(orderId, { type: 'ShipOrder', data: { carrier: 'Royal Mail', trackingNumber: '1' } }),
    cancel: (orderId: string) => order(orderId, { type: 'CancelOrder', data: { reason: 'changed my mind' } }),
    takeBack: (orderId: string, sku: string, quantity: number) =>
      order(orderId, { type: 'RequestReturn', data: { lines: [{ sku, quantity }], reason: 'broken' } }),
    async histories(): Promise<AllHistories> {
      const read = (service: ShopService) => historyReader(at[service].container).readOn();
      return {
        ...{ order: await read('order'), inventory: await read('inventory'), payment: await read('payment') },
        ...{ fulfilment: await read('fulfilment'), fulfilmentSince: new Map() },
      };
    },
  };
}
