import { type PaymentCommandMessage, paymentCommands, paymentEvents, paymentStream } from '@daybook/contracts';
import { createAggregateStore, eventCodec, snapshotIntervals } from '@daybook/eventstore';
import { createParticipant, eventRoute, replyRoute } from '@daybook/messaging';
import { paymentDecider, type PaymentEvent, type PaymentState } from '@daybook/payment-domain';
import { servedStreams } from '@daybook/projections';
import { openService } from '@daybook/service-kit';
import { paymentRoutes } from './http/routes.ts';
import { providerWorker } from './provider/provider-worker.ts';
import { sandboxProvider } from './provider/sandbox.ts';
import { paymentSummaryModel } from './read-models/payment-summary/payment-summary.ts';

const service = openService({ name: 'payment', defaultPort: 4103 }, process.env);
const { store, answers, audit, runtime } = service;

const codec = eventCodec<PaymentEvent>(paymentEvents);
const payments = createAggregateStore({
  store,
  codec,
  decider: paymentDecider,
  category: 'payment',
  snapshots: { container: service.snapshots, every: snapshotIntervals.quiet, stateVersion: 1 },
});
const summaries = servedStreams(
  service.readModel(paymentSummaryModel({ readModel: service.readModels, store, codec })),
);
const callProvider = providerWorker({
  payments,
  decode: codec.decode,
  provider: sandboxProvider(runtime),
  runtime,
  providerTimeoutMs: 3_000,
  authorizeAttempts: 5,
});

await service.run(paymentRoutes({ payments, store, answers, audit, summaries, runtime }), [
  service.relay([eventRoute('payment-events', 'payment'), replyRoute('payment')]),
  // However long the provider is away: its payments wait for it.
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
]);
