import { fulfilOrderSagaId, returnOrderSagaId } from '@daybook/contracts';
import { expectStatus, type Shop } from '@daybook/replay';

export interface Entry {
  /** UTC, ISO 8601. */
  readonly recordedAt: string;
  readonly service: 'order' | 'inventory' | 'payment' | 'fulfilment';
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** How the saga keeps its own books: of interest to those who look at sagas. */
const bookkeeping: ReadonlySet<string> = new Set([
  'StepEntered',
  'TimerScheduled',
  'TimerFired',
  'TimersCancelled',
  'InputIgnored',
]);

export const legend = `Each line: time since the first event, the service that recorded it, the event, and where it stands (stream@version).
"order", "inventory" and "payment" know nothing of each other; "fulfilment" is the saga that asks them, one step after another,
and undoes what was done when a step is refused. Every event also names what caused it, in its metadata.`;

/** Every event about an order, of all services, in the order of their times. */
export async function readTimeline(shop: Shop, orderId: string, sku: string): Promise<readonly Entry[]> {
  const order = (await shop.get('order', `/v1/orders/${orderId}`)).body;
  const returns = (order['returns'] ?? []) as { returnId: string }[];
  const histories = await Promise.all([
    read(shop, 'order', `/v1/orders/${orderId}/events`),
    read(shop, 'inventory', `/v1/stock/${sku}/events`),
    read(shop, 'payment', `/v1/payments/${orderId}/events`),
    read(shop, 'fulfilment', `/v1/sagas/${fulfilOrderSagaId(orderId)}/history`),
    ...returns.map(({ returnId }) => read(shop, 'fulfilment', `/v1/sagas/${returnOrderSagaId(returnId)}/history`)),
  ]);
  return histories.flat().sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0));
}

/** @param options.all also how the saga keeps its own books; otherwise the number of those is told */
export function describeTimeline(entries: readonly Entry[], { all }: { readonly all: boolean }): string {
  const start = Date.parse(entries[0]?.recordedAt ?? '');
  const shown = entries.filter(({ type }) => all || !bookkeeping.has(type));
  const lines = shown.map(({ recordedAt, service, type, data, streamId, version }) => {
    const seconds = `+${((Date.parse(recordedAt) - start) / 1000).toFixed(3)} s`;
    const what = [type, detailOf(type, data)].filter(Boolean).join(' ');
    return `  ${seconds.padStart(10)}  ${service.padEnd(11)}${what.padEnd(48)} ${streamId}@${version}`;
  });
  const hidden = entries.length - shown.length;
  if (hidden > 0) lines.push(`  ${''.padEnd(12)}(and ${hidden} events of the saga's own bookkeeping: --all)`);
  return lines.join('\n');
}

/** What a newcomer wants to know of the data: pieces, money, why, and what the saga asks for. */
function detailOf(type: string, data: Entry['data']): string {
  if (type === 'CommandsIssued') {
    return `→ ${(data['commands'] as readonly { type: string }[]).map((command) => command.type).join(', ')}`;
  }
  if (type === 'SignalReceived') return `(${String(data['type'])})`;
  if (type === 'CompensationStarted') return `(${String((data['cause'] as { reason?: string }).reason)})`;
  const { quantity, amount, total, refund, reason, code, step } = data;
  if (type.startsWith('Step') || type === 'PivotPassed') return step === undefined ? '' : `(${String(step)})`;
  if (typeof quantity === 'number') return `(${quantity})`;
  const money = [amount, total, refund].find((value) => typeof value === 'number');
  if (typeof money === 'number') return `(£${(money / 100).toFixed(2)})`;
  const why = code ?? reason;
  return typeof why === 'string' ? `(${why})` : '';
}

async function read(shop: Shop, service: Entry['service'], path: string): Promise<Entry[]> {
  const answer = await shop.get(service, `${path}?limit=500`);
  if (answer.status === 404) return [];
  const items = expectStatus(answer, [200], path).body['items'] as Omit<Entry, 'service'>[];
  return items.map((item) => ({ ...item, service }));
}
