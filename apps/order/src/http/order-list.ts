import type { listOrdersQuery } from '@daybook/contracts';
import type { Condition } from '@daybook/ports';
import type { z } from 'zod';
import type { OrderSummary } from '../read-models/order-summary/order-summary.ts';

type ListOrders = Omit<z.infer<typeof listOrdersQuery>, 'after' | 'limit'>;

/** Newest first. */
export const newestFirst = { field: 'placedKey', direction: 'desc' } as const;

/** What a list of orders is asked for, as conditions on the read model. */
export function orderConditions(query: ListOrders): Condition[] {
  const { status, customerId, text = [], from, to, minTotal, maxTotal } = query;
  return [
    ...when(status, (value) => ({ field: 'status', op: '=', value })),
    ...when(customerId, (value) => ({ field: 'customerId', op: '=', value })),
    ...when(from, (value) => ({ field: 'placedKey', op: '>=', value: new Date(value).toISOString() })),
    ...when(to, (value) => ({ field: 'placedKey', op: '<', value: endOf(value) })),
    ...when(minTotal, (value) => ({ field: 'total', op: '>=', value })),
    ...when(maxTotal, (value) => ({ field: 'total', op: '<=', value })),
    ...text.map((value): Condition => ({ field: 'text', op: 'contains', value })),
  ];
}

const dayMs = 86_400_000;

/** A date counts whole: its end is the beginning of the next. */
function endOf(to: string): string {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(to);
  return new Date(Date.parse(to) + (isDate ? dayMs : 0)).toISOString();
}

function when<T>(value: T | undefined, condition: (value: T) => Condition): Condition[] {
  return value === undefined ? [] : [condition(value)];
}

export function summaryView({
  orderId,
  customerId,
  status,
  currency,
  total,
  lineCount,
  placedAt,
  updatedAt,
  streamVersion,
}: OrderSummary & { readonly streamVersion: number }): object {
  return { orderId, customerId, status, currency, total, lineCount, placedAt, updatedAt, version: streamVersion };
}
