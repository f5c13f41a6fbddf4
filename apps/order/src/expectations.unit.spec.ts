import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OrderCommandMessage, orderCommands, orderStream } from '@daybook/contracts';
import { createParticipant } from '@daybook/messaging';
import { type MessageExpectation, participantBehaviour } from '@daybook/messaging/behaviour';
import type { OrderEvent, OrderState } from '@daybook/order-domain';
import { orderService } from './test-support/order-service.ts';

const text = readFileSync(join(import.meta.dirname, '../expectations/fulfilment.json'), 'utf8');
const closing: (() => void)[] = [];
afterAll(() => closing.forEach((close) => close()));

describe('what the order service expects of fulfilment', () => {
  participantBehaviour(
    JSON.parse(text) as MessageExpectation,
    'order-commands',
    orderCommands,
    () => {
      const { orders, store, close } = orderService();
      closing.push(close);
      return createParticipant<OrderCommandMessage, OrderEvent, OrderState>({
        commands: orderCommands,
        toCommand: (message) => message as OrderCommandMessage,
        streamOf: ({ data }) => orderStream(data.orderId),
        aggregate: orders,
        store,
      });
    },
    ({ orderId }) => orderStream(String(orderId)),
  );
});
