import { isServiceSku, type OrderLine } from '@daybook/contracts';
import type { TradeRow } from './trade-file.ts';

export interface PlannedOrder {
  readonly kind: 'order';
  readonly orderId: string;
  readonly customerId: string;
  readonly lines: readonly OrderLine[];
}
export interface PlannedAdjustment {
  readonly kind: 'adjustment';
  readonly line: number;
  readonly sku: string;
  /** Signed, not 0. */
  readonly quantity: number;
}
export interface PlannedReturn {
  readonly kind: 'return';
  readonly line: number;
  readonly customerId?: string;
  readonly sku: string;
  /** Positive: pieces that come back. */
  readonly quantity: number;
}
export type Step = PlannedOrder | PlannedAdjustment | PlannedReturn;

/** What a trade file asks of the shop, in file order. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Pieces to receive before the first order, by stocked code; codes that need none are left out. */
  readonly openings: ReadonlyMap<string, number>;
  /** Stocked codes that are sold, adjusted or returned. */
  readonly skus: ReadonlySet<string>;
  /** Rows of ledger corrections, and rows that mean nothing. */
  readonly skipped: number;
  readonly invoices: number;
}

export interface PlanOptions {
  /** The first N invoices. */
  readonly limit?: number;
  /** The first N days. */
  readonly days?: number;
  /** The part of what is sold that is there at the opening. */
  readonly stock: number;
}

/** Pure: what to do with the rows, by the rules of the file's description. */
export function planTrade(rows: readonly TradeRow[], { limit, days, stock }: PlanOptions): Plan {
  const steps: Step[] = [];
  const sold = new Map<string, number>();
  const taken = new Map<string, number>();
  const skus = new Set<string>();
  let skipped = 0;
  const invoices = [...invoicesOf(rows, days)].slice(0, limit);
  for (const [invoice, invoiceRows] of invoices) {
    if (/^\d/.test(invoice)) {
      const lines = invoiceRows.filter(isSale);
      if (lines.length > 0) {
        for (const line of lines) add(sold, line.sku, line.quantity);
        steps.push(orderOf(invoice, lines));
      }
      for (const row of invoiceRows.filter((other) => !isSale(other))) {
        if (row.quantity === 0) skipped += 1;
        else {
          if (row.quantity < 0) add(taken, row.sku, -row.quantity);
          steps.push({ kind: 'adjustment', line: row.line, sku: row.sku, quantity: row.quantity });
        }
      }
    } else if (/^[Cc]/.test(invoice)) {
      for (const row of invoiceRows) {
        if (row.quantity < 0) steps.push(returnOf(row));
        else skipped += 1;
      }
    } else skipped += invoiceRows.length;
    for (const { sku } of invoiceRows) if (!isServiceSku(sku)) skus.add(sku);
  }
  const openings = new Map<string, number>();
  for (const sku of skus) {
    const opening = Math.floor((sold.get(sku) ?? 0) * stock + 1e-9) + (taken.get(sku) ?? 0);
    if (opening > 0) openings.set(sku, opening);
  }
  return { steps, openings, skus, skipped, invoices: invoices.length };
}

/** Rows by invoice, in the order of each invoice's first row; an invoice's rows need not be adjacent. */
function invoicesOf(rows: readonly TradeRow[], days: number | undefined): Map<string, TradeRow[]> {
  const firstDay = rows[0]?.date.slice(0, 10);
  const end = days === undefined || firstDay === undefined ? undefined : dayAfter(firstDay, days);
  const invoices = new Map<string, TradeRow[]>();
  for (const row of rows) {
    const invoice = invoices.get(row.invoice);
    if (invoice !== undefined) invoice.push(row);
    else if (end === undefined || row.date < end) invoices.set(row.invoice, [row]);
  }
  return invoices;
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function isSale(row: TradeRow): boolean {
  return row.quantity > 0 && row.unitPence >= 1;
}

function orderOf(invoice: string, rows: readonly TradeRow[]): PlannedOrder {
  return {
    kind: 'order',
    orderId: `inv-${invoice}`,
    customerId: rows[0]?.customerId ?? 'guest',
    lines: rows.map(({ sku, description, quantity, unitPence }) => ({
      sku,
      quantity,
      unitPrice: unitPence,
      ...(description === '' ? {} : { description }),
    })),
  };
}

function returnOf({ line, customerId, sku, quantity }: TradeRow): PlannedReturn {
  return { kind: 'return', line, sku, quantity: -quantity, ...(customerId === undefined ? {} : { customerId }) };
}

function add(sums: Map<string, number>, key: string, quantity: number): void {
  sums.set(key, (sums.get(key) ?? 0) + quantity);
}
