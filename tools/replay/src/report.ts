import { differences, type Books } from './books.ts';
import type { Plan } from './plan.ts';
import type { Trade } from './run-plan.ts';

/** The one object that `--json` prints. */
export interface ReplayReport {
  readonly orders: number;
  readonly rejected: number;
  readonly lines: number;
  readonly unitsSold: number;
  readonly penceSold: number;
  readonly unitsReturned: number;
  readonly penceReturned: number;
  readonly unitsUnmatched: number;
  readonly adjustments: number;
  readonly skipped: number;
  readonly eventsAppended: number;
  readonly seconds: number;
  readonly reconciled: boolean;
}

export interface ReplayFacts {
  readonly plan: Plan;
  readonly trade: Trade;
  readonly books: Books;
  readonly eventsAppended: number;
  readonly seconds: number;
}

export function reportOf({ plan, trade, books, eventsAppended, seconds }: ReplayFacts): ReplayReport {
  const lines = trade.shipped.flatMap((order) => order.lines);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    orders: trade.shipped.length,
    rejected: trade.rejected.length,
    lines: lines.length,
    unitsSold: sum(lines.map((line) => line.quantity)),
    penceSold: sum(lines.map((line) => line.quantity * line.unitPrice)),
    unitsReturned: sum(trade.returns.map((part) => part.quantity)),
    penceReturned: sum(trade.returns.map((part) => part.pence)),
    unitsUnmatched: trade.unitsUnmatched,
    adjustments: trade.adjustments,
    skipped: plan.skipped,
    eventsAppended,
    seconds: Math.round(seconds * 10) / 10,
    reconciled: differences(books).length === 0,
  };
}

/** The reconciliation for people: every sum, and the codes that differ. */
export function describe(report: ReplayReport, books: Books, trade: Trade): string {
  const pounds = (pence: number): string => `£${(pence / 100).toFixed(2)}`;
  const rows = books.checks
    .filter(({ sku }) => sku === undefined)
    .map(({ what, expected, booked }) => {
      const show = /pence|captured|refunded|held/.test(what) ? pounds : String;
      const mark = expected === booked ? 'ok' : 'DIFFERS';
      return `  ${what.replace('pence', 'value').padEnd(30)}${show(expected).padStart(14)}${show(booked).padStart(14)}   ${mark}`;
    });
  const codes = new Set(books.checks.flatMap(({ sku }) => sku ?? []));
  const off = differences(books).filter(({ sku }) => sku !== undefined);
  const agreeing = codes.size - new Set(off.map(({ sku }) => sku)).size;
  return [
    `  ${''.padEnd(30)}${'the file'.padStart(14)}${'the books'.padStart(14)}`,
    ...rows,
    `  ${'codes whose stock agrees'.padEnd(30)}${String(codes.size).padStart(14)}${String(agreeing).padStart(14)}   ${off.length === 0 ? 'ok' : 'DIFFERS'}`,
    ...off
      .slice(0, 20)
      .map(({ what, expected, booked }) => `    ${what}: the file says ${expected}, the books say ${booked}`),
    ...(off.length > 20 ? [`    … and ${off.length - 20} more`] : []),
    '',
    `  ${report.adjustments} adjustments (${trade.unitsRefused} pieces refused), ${report.unitsUnmatched} returned pieces that match no order, ${report.skipped} rows skipped`,
    `  ${report.eventsAppended} events appended in ${report.seconds} s`,
    '',
    report.reconciled ? 'The books agree with the file.' : 'THE BOOKS DO NOT AGREE WITH THE FILE.',
  ].join('\n');
}
