import type { StoredEvent } from '@daybook/eventstore';

/** `    1.234 s  fulfilment-1/4    takes StockReserved …` */
export function timelineLine(atMs: number, who: string, what: string): string {
  return `${(atMs / 1_000).toFixed(3).padStart(9)} s  ${who.padEnd(17)} ${what}`;
}

/** Fields of events that say most about them. */
const telling = [
  'step',
  'phase',
  'items',
  'reason',
  'code',
  'sku',
  'quantity',
  'amount',
  'timerId',
  'input',
  'returnId',
];

/** `order-o1 v2 OrderSubmitted  (http:r3)` */
export function describeEvent({ streamId, version, type, data, metadata }: StoredEvent): string {
  const told = telling.flatMap((field) => {
    const value = data[field];
    return value === undefined ? [] : [`${field}=${Array.isArray(value) ? shortened(value) : String(value)}`];
  });
  return `${streamId} v${version} ${type} ${told.join(' ')} ← ${metadata.commandKey}`;
}

function shortened(items: readonly unknown[]): string {
  const shown = items.slice(0, 5).join(',');
  return items.length > 5 ? `${shown},… (${items.length})` : shown;
}
