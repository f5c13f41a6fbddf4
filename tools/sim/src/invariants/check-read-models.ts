import { readModelsContainer, type ServiceName, timersContainer } from '@daybook/contracts';
import { evolve as evolveOrder, initialOrder, type OrderEvent, statusOf } from '@daybook/order-domain';
import type { Container } from '@daybook/ports';
import type { World } from '../world/world.ts';
import type { Ledger } from './ledger.ts';

/** Read models have seen every event and say what the streams say; nothing waits in the index of timers. */
export async function checkReadModels(world: World, ledger: Ledger): Promise<void> {
  const fail = (where: string, message: string): void =>
    ledger.fail('read models say what streams say', where, message);
  const names = { order: 'orders', inventory: 'stock', payment: 'payments', fulfilment: 'sagas' } as const;
  for (const service of Object.keys(names) as ServiceName[]) {
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
  const timers = await (world.containers.get(timersContainer) as Container).query({ limit: 100 });
  for (const { id } of timers.documents) {
    if (ledger.sagas.get(id)?.finished === true) ledger.fail('no timer is left', id, 'its saga is over');
  }
}

function differenceOf(
  service: ServiceName,
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
