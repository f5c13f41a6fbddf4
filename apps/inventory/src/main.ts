import { type StockCommandMessage, stockCommands, stockEvents, stockStream } from '@daybook/contracts';
import { createAggregateStore, eventCodec, snapshotIntervals } from '@daybook/eventstore';
import { stockDecider, type StockEvent, type StockState } from '@daybook/inventory-domain';
import { createParticipant, eventRoute, replyRoute } from '@daybook/messaging';
import { servedStreams } from '@daybook/projections';
import { openService } from '@daybook/service-kit';
import { inventoryRoutes } from './http/routes.ts';
import { stockLevelModel } from './read-models/stock-level/stock-level.ts';

const service = openService({ name: 'inventory', defaultPort: 4102 }, process.env);
const { store, answers, audit, runtime } = service;

const codec = eventCodec<StockEvent>(stockEvents);
// A shop has thousands of codes, and every order touches dozens of them: their states are worth their memory.
const stock = createAggregateStore({
  store,
  codec,
  decider: stockDecider,
  category: 'stock',
  cache: { max: 10_000 },
  snapshots: { container: service.snapshots, every: snapshotIntervals.busy, stateVersion: 1 },
});
const levels = servedStreams(service.readModel(stockLevelModel({ readModel: service.readModels, store, codec })));

await service.run(inventoryRoutes({ stock, store, answers, audit, levels, runtime }), [
  service.relay([eventRoute('inventory-events', 'inventory'), replyRoute('inventory')]),
  service.commands(
    'inventory-commands',
    createParticipant<StockCommandMessage, StockEvent, StockState>({
      commands: stockCommands,
      toCommand: (message) => message as StockCommandMessage,
      streamOf: ({ data }) => stockStream(data.sku),
      aggregate: stock,
      store,
    }),
  ),
]);
