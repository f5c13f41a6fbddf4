import { type HubName, hubSenders, type ShopService } from '@daybook/contracts';
import { hubMessagesOf } from '@daybook/contracts/documents';
import { eventRoute, hubMessageId, replyRoute, type Route } from '@daybook/messaging';
import { sagaRoute } from '@daybook/order';
import { sagaCommandsRoute } from '@daybook/saga';
import { consumedHubs } from '../world/hubs.ts';
import type { World } from '../world/world.ts';
import type { Ledger } from './ledger.ts';

const routes: Readonly<Record<ShopService, readonly Route[]>> = {
  order: [eventRoute('order-events', 'order'), replyRoute('order'), sagaRoute],
  inventory: [eventRoute('inventory-events', 'inventory'), replyRoute('inventory')],
  payment: [eventRoute('payment-events', 'payment'), replyRoute('payment')],
  fulfilment: [(event) => sagaCommandsRoute(event)],
};

/** What the published contracts say: `order saga-inputs OrderShipped`. */
const contracted: ReadonlySet<string> = new Set(
  (Object.keys(hubSenders) as HubName[]).flatMap((hub) =>
    hubSenders[hub].flatMap((sender) => hubMessagesOf(hub, sender).map(({ type }) => `${sender} ${hub} ${type}`)),
  ),
);

/** Everything recorded was published, everything published was finished with, and the first occurrences are in order. Nothing is on a hub that no contract has. */
export function checkMessages(world: World, ledger: Ledger): void {
  const mayOvertake = (hub: string): boolean => world.profile.publishing === 'hybrid' && hub.endsWith('-events');
  const published = new Map<string, Map<string, number>>();
  for (const hub of world.hubs.names) {
    const places = new Map<string, number>();
    published.set(hub, places);
    for (const message of world.hubs.stored(hub)) {
      const { messageId, sequenceNumber } = message;
      if (!places.has(messageId)) places.set(messageId, sequenceNumber);
      if (consumedHubs.includes(hub) && !world.hubs.isFinished(hub, message)) {
        ledger.fail('every message is finished with', `${hub} ${message.key}`, `${messageId} was not`);
      }
    }
  }
  for (const service of Object.keys(routes) as ShopService[]) {
    for (const [streamId, events] of ledger.streams[service]) {
      const last = new Map<string, number>();
      for (const { hub, key, message } of events.flatMap((event) => routes[service].flatMap((route) => route(event)))) {
        if (!contracted.has(`${service} ${hub} ${message.type}`)) {
          ledger.fail('a contract has every message', streamId, `${service} sends ${message.type} to ${hub}`);
        }
        const place = published.get(hub)?.get(hubMessageId(message.id));
        if (place === undefined) {
          ledger.fail('everything recorded is published', streamId, `${message.type} ${message.id} is not on ${hub}`);
        } else if (place < (last.get(`${hub} ${key}`) ?? -1) && !mayOvertake(hub)) {
          ledger.fail('a hub has first occurrences in order', streamId, `${message.id} on ${hub} comes too early`);
        } else last.set(`${hub} ${key}`, place);
      }
    }
  }
}
