import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PaymentCommandMessage, paymentCommands, paymentStream } from '@daybook/contracts';
import { createParticipant } from '@daybook/messaging';
import { type MessageExpectation, participantBehaviour } from '@daybook/messaging/behaviour';
import type { PaymentEvent, PaymentState } from '@daybook/payment-domain';
import { paymentService } from './test-support/payment-service.ts';

const text = readFileSync(join(import.meta.dirname, '../expectations/fulfilment.json'), 'utf8');

describe('what the payment service expects of fulfilment', () => {
  participantBehaviour(
    JSON.parse(text) as MessageExpectation,
    'payment-commands',
    paymentCommands,
    () => {
      const { payments, store } = paymentService();
      return createParticipant<PaymentCommandMessage, PaymentEvent, PaymentState>({
        commands: paymentCommands,
        toCommand: (message) => message as PaymentCommandMessage,
        streamOf: ({ data }) => paymentStream(data.paymentId),
        aggregate: payments,
        store,
      });
    },
    ({ paymentId }) => paymentStream(String(paymentId)),
  );
});
