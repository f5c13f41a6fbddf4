import { type PaymentCommandMessage, paymentCommands, paymentEvents, paymentStream } from '@daybook/contracts';
import { createAggregateStore, eventCodec } from '@daybook/eventstore';
import { createParticipant, eventRoute, replyRoute } from '@daybook/messaging';
import { paymentSummaryProjection, providerWorker } from '@daybook/payment';
import { paymentDecider, type PaymentEvent, type PaymentState } from '@daybook/payment-domain';
import { createProjection, projectionHandler } from '@daybook/projections';
import type { SimProcess } from '../world/process.ts';
import { type ProviderBooks, simProvider } from './provider.ts';
import { type Component, openSimService, type Parking } from './service.ts';
import { snapshotEvery } from './snapshots.ts';

export interface PaymentInstance {
  readonly parking: readonly Parking[];
  readonly components: readonly Component[];
}

/** The payment service, composed as in its `main.ts`. */
export function paymentInstance(process: SimProcess, books: ProviderBooks): PaymentInstance {
  const service = openSimService(process);
  const { store } = service;
  const codec = eventCodec<PaymentEvent>(paymentEvents);
  const payments = createAggregateStore({
    store,
    codec,
    decider: paymentDecider,
    category: 'payment',
    snapshots: { container: service.snapshots, every: snapshotEvery, stateVersion: 1 },
  });
  const summaries = createProjection(paymentSummaryProjection({ readModel: service.readModels, store, codec }));
  const callProvider = providerWorker({
    payments,
    decode: codec.decode,
    provider: simProvider(process, books),
    runtime: process.runtime,
    providerTimeoutMs: 1_500,
    authorizeAttempts: 5,
  });
  const components = [
    service.relay([eventRoute('payment-events', 'payment'), replyRoute('payment')]),
    service.feed('read-models', { handleKey: projectionHandler([summaries]) }),
    service.feed('provider', { handleKey: callProvider }, { poison: 'retry' }),
    service.commands(
      'payment-commands',
      createParticipant<PaymentCommandMessage, PaymentEvent, PaymentState>({
        commands: paymentCommands,
        toCommand: (message) => message as PaymentCommandMessage,
        streamOf: ({ data }) => paymentStream(data.paymentId),
        aggregate: payments,
        store,
      }),
    ),
  ];
  return { parking: service.parking, components };
}
