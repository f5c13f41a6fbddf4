import {
  orderEvents,
  readModelsContainer,
  type ShopService,
  timersContainer,
  totalsContainer,
} from '@daybook/contracts';
import { createEventStore, eventCodec } from '@daybook/eventstore';
import { customerShare, customerTotalsModel } from '@daybook/order';
import { evolve as evolveOrder, initialOrder, type OrderEvent, statusOf } from '@daybook/order-domain';
import type { Container } from '@daybook/ports';
import { createTotals } from '@daybook/projections';
import type { World } from '../world/world.ts';
import type { Ledger } from './ledger.ts';

/** Read models have seen every event and say what the streams say; nothing waits in the index of timers. */
export async function checkReadModels(world: World, ledger: Ledger): Promise<void> {
  const fail = (where: string, message: string): void =>
    ledger.fail('read models say what streams say', where, message);
  const names = { order: 'orders', inventory: 'stock', payment: 'payments', fulfilment: 'sagas' } as const;
  for (const service of Object.keys(names) as ShopService[]) {
    const container = world.containers.get(readModelsContainer(service)) as Container;
    for (const [streamId, events] of ledger.streams[service]) {
      const id = `${names[service]}:${streamId}`;
      const { document } = await container.read(id, id);
      if (document === undefined || document['streamVersion'] !== events.length) {
        fail(streamId, `it is at ${String(document?.['streamVersion'] ?? 'nothing')} of ${events.length}`);
        continue;
      }
      const wrong = differenceOf(service, document, streamId, ledger);
      if (wrong !== undefined) fail(streamId, wrong);
    }
  }
  await checkTotals(world, ledger);
  const timers = await (world.containers.get(timersContainer) as Container).query({ limit: 100 });
  for (const { id } of timers.documents) {
    if (ledger.sagas.get(id)?.finished === true) ledger.fail('no timer is left', id, 'its saga is over');
  }
}

/** What orders add to their customer's totals is in them once, whatever happened on the way. */
async function checkTotals(world: World, ledger: Ledger): Promise<void> {
  const totals = world.containers.get(totalsContainer('order')) as Container;
  const codec = eventCodec<OrderEvent>(orderEvents);
  const store = createEventStore({ container: totals, runtime: world.runtime });
  const { definition } = customerTotalsModel({ totals, store, codec, runtime: world.runtime });
  const shown = await createTotals(definition).scan(undefined, 10);
  const expected: Record<string, number> = {};
  for (const { values } of [...ledger.orders.values()].flatMap(customerShare)) {
    for (const [name, value] of Object.entries(values)) expected[name] = (expected[name] ?? 0) + value;
  }
  for (const [name, value] of Object.entries(expected)) {
    const found = shown[0]?.document[name];
    if (found === value) continue;
    ledger.fail("a customer's totals are the sum of the orders", name, `${String(found)} instead of ${value}`);
  }
}

function differenceOf(
  service: ShopService,
  document: Readonly<Record<string, unknown>>,
  streamId: string,
  ledger: Ledger,
): string | undefined {
  const differs = (field: string, wanted: unknown): string | undefined =>
    document[field] === wanted ? undefined : `${field} is ${String(document[field])}, not ${String(wanted)}`;
  switch (service) {
    case 'order': {
      const events = (ledger.streams.order.get(streamId) ?? []) as unknown as readonly OrderEvent[];
      return differs('status', statusOf(events.reduce(evolveOrder, initialOrder)));
    }
    case 'inventory': {
      const { onHand, reserved } = ledger.stock.get(streamId) ?? { onHand: 0, reserved: 0 };
      return document['sku'] === undefined ? undefined : (differs('onHand', onHand) ?? differs('reserved', reserved));
    }
    case 'payment': {
      const payment = ledger.payments.get(streamId);
      if (payment === undefined || payment.status === 'none') return undefined;
      return differs('captured', payment.captured) ?? differs('refunded', payment.refunded);
    }
    case 'fulfilment': {
      const saga = ledger.sagas.get(streamId);
      if (saga?.finished !== true) return undefined;
      return differs('status', saga.turnedRound ? 'compensated' : 'completed');
    }
  }
}
