import { expectStatus, type Shop } from '@daybook/replay';
import { fulfilOrderSagaId, returnOrderSagaId } from '@daybook/contracts';

interface Entry {
  readonly at: string;
  readonly service: string;
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
}

/** Every event about an order, of all services, in the order of their times. */
export async function timeline(shop: Shop, orderId: string, sku: string): Promise<string> {
  const order = (await shop.get('order', `/v1/orders/${orderId}`)).body;
  const returns = (order['returns'] ?? []) as { returnId: string }[];
  const entries = (
    await Promise.all([
      read(shop, 'order', `/v1/orders/${orderId}/events`),
      read(shop, 'inventory', `/v1/stock/${sku}/events`),
      read(shop, 'payment', `/v1/payments/${orderId}/events`),
      read(shop, 'fulfilment', `/v1/sagas/${fulfilOrderSagaId(orderId)}/history`),
      ...returns.map(({ returnId }) => read(shop, 'fulfilment', `/v1/sagas/${returnOrderSagaId(returnId)}/history`)),
    ])
  )
    .flat()
    .sort((a, b) => a.at.localeCompare(b.at));
  const start = Date.parse(entries[0]?.at ?? '');
  return entries
    .map(({ at, service, type, streamId, version }) => {
      const seconds = ((Date.parse(at) - start) / 1000).toFixed(3);
      return `  ${`+${seconds} s`.padStart(11)}  ${service.padEnd(11)}${type.padEnd(31)}${streamId}@${version}`;
    })
    .join('\n');
}

async function read(
  shop: Shop,
  service: 'order' | 'inventory' | 'payment' | 'fulfilment',
  path: string,
): Promise<Entry[]> {
  const answer = await shop.get(service, `${path}?limit=500`);
  if (answer.status === 404) return [];
  const items = expectStatus(answer, [200], path).body['items'] as (Omit<Entry, 'at' | 'service'> & {
    recordedAt: string;
  })[];
  return items.map(({ recordedAt, streamId, version, type }) => ({ at: recordedAt, service, streamId, version, type }));
}
