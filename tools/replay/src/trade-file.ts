import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

/** One row of the trade file, as it stands there. */
export interface TradeRow {
  /** Line in the file, the header being line 1. */
  readonly line: number;
  readonly invoice: string;
  readonly sku: string;
  readonly description: string;
  readonly quantity: number;
  /** `YYYY-MM-DD HH:MM:SS`, taken as UTC. */
  readonly date: string;
  /** Pence for one piece, rounded half up. */
  readonly unitPence: number;
  /** `c-17850`; absent where the file has no customer. */
  readonly customerId?: string;
}

export interface TradeFile {
  readonly rows: readonly TradeRow[];
  /** SHA-256 of the content. */
  readonly digest: string;
}

/** A file that is not a trade file, or a row in it that cannot be read. */
export class TradeFileError extends Error {
  readonly code = 'bad-trade-file';
}

const columns = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
];

/** Reads a CSV file, compressed with gzip or not. @throws TradeFileError naming line and column */
export function readTradeFile(path: string): TradeFile {
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    throw new TradeFileError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
  const text = (content[0] === 0x1f && content[1] === 0x8b ? gunzipSync(content) : content).toString('utf8');
  return { rows: parseTrade(text, path), digest: createHash('sha256').update(text).digest('hex') };
}

/** The rows of a trade file's text. @throws TradeFileError */
export function parseTrade(text: string, name = 'trade file'): TradeRow[] {
  const records = parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true }) as string[][];
  const header = records[0] ?? [];
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length > 0) throw new TradeFileError(`${name}: has no column ${missing.join(', ')}`);
  return records.slice(1).map((record, index) => {
    const line = index + 2;
    const field = (column: string): string => (record[header.indexOf(column)] ?? '').trim();
    const number = (column: string): number => {
      const value = Number(field(column));
      if (field(column) === '' || !Number.isFinite(value)) {
        throw new TradeFileError(`${name} line ${line}: ${column} is ${JSON.stringify(field(column))}, not a number`);
      }
      return value;
    };
    const customer = field('CustomerID').replace(/\.0$/, '');
    return {
      line,
      invoice: field('InvoiceNo'),
      sku: field('StockCode'),
      description: field('Description'),
      quantity: number('Quantity'),
      date: field('InvoiceDate'),
      unitPence: penceOf(field('UnitPrice'), () => number('UnitPrice')),
      ...(customer === '' ? {} : { customerId: `c-${customer}` }),
    };
  });
}

/** Rounded half up on the decimal digits: 2.005 is 201 pence, which binary fractions would get wrong. */
function penceOf(price: string, fallback: () => number): number {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(price);
  if (match === null) return Math.floor(fallback() * 100 + 0.5);
  const [, pounds = '0', fraction = ''] = match;
  const digits = fraction.padEnd(3, '0');
  return Number(pounds) * 100 + Number(digits.slice(0, 2)) + (Number(digits[2]) >= 5 ? 1 : 0);
}
