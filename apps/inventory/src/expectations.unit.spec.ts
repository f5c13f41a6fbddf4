import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StockCommandMessage, stockCommands, stockStream } from '@daybook/contracts';
import type { StockEvent, StockState } from '@daybook/inventory-domain';
import { createParticipant } from '@daybook/messaging';
import { type MessageExpectation, participantBehaviour } from '@daybook/messaging/behaviour';
import { inventoryService } from './test-support/inventory-service.ts';

const text = readFileSync(join(import.meta.dirname, '../expectations/fulfilment.json'), 'utf8');

describe('what the inventory service expects of fulfilment', () => {
  participantBehaviour(
    JSON.parse(text) as MessageExpectation,
    'inventory-commands',
    stockCommands,
    () => {
      const { stock, store } = inventoryService();
      return createParticipant<StockCommandMessage, StockEvent, StockState>({
        commands: stockCommands,
        toCommand: (message) => message as StockCommandMessage,
        streamOf: ({ data }) => stockStream(data.sku),
        aggregate: stock,
        store,
      });
    },
    ({ sku }) => stockStream(String(sku)),
  );
});
