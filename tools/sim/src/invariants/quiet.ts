import type { AllHistories } from '@daybook/verify';
import { readHistories, verifyHistories } from '@daybook/verify';
import { eventsContainer, type ShopService } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import type { Container } from '@daybook/ports';
import type { Fleet } from '../services/fleet.ts';
import type { World } from '../world/world.ts';
import { checkMessages } from './check-messages.ts';
import { checkProvider } from './check-provider.ts';
import { checkReadModels } from './check-read-models.ts';
import type { Ledger } from './ledger.ts';

/** What must hold once everything has come to rest. Read anew from the stores, as another process would. */
export async function checkQuiet(world: World, fleet: Fleet, ledger: Ledger): Promise<AllHistories> {
  const open = (service: ShopService): Container<StoredEvent> =>
    world.containers.get(eventsContainer[service]) as Container<StoredEvent>;
  const histories = await readHistories({
    order: open('order'),
    inventory: open('inventory'),
    payment: open('payment'),
    fulfilment: open('fulfilment'),
  });
  for (const { rule, where, message } of verifyHistories(histories).findings) ledger.fail(rule, where, message);
  for (const [streamId, { finished, parked }] of ledger.sagas) {
    if (!finished && !parked) ledger.fail('no saga is unfinished', streamId, 'it neither ended nor is it parked');
  }
  for (const [service, streams] of Object.entries(ledger.streams) as [ShopService, Map<string, StoredEvent[]>][]) {
    for (const [streamId, events] of streams) {
      const stored = histories[service].get(streamId)?.length ?? 0;
      if (stored !== events.length) {
        ledger.fail('nothing that was stored is gone', streamId, `${stored} of ${events.length} events are there`);
      }
    }
  }
  checkMessages(world, ledger);
  checkProvider(fleet.books, ledger);
  await checkReadModels(world, ledger);
  return histories;
}
