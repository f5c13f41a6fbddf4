import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

/** One row of the trade file, as it stands there. */
export interface TradeRow {
  /** Line in the file (its last, where a quoted field has several), the header being line 1. */
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
  const text = unpacked(content, path).toString('utf8');
  return { rows: parseTrade(text, path), digest: createHash('sha256').update(text).digest('hex') };
}

function unpacked(content: Buffer, path: string): Buffer {
  if (content[0] !== 0x1f || content[1] !== 0x8b) return content;
  try {
    return gunzipSync(content);
  } catch (error) {
    throw new TradeFileError(`${path}: cannot be unpacked (${(error as Error).message})`);
  }
}

/** The rows of a trade file's text. @throws TradeFileError naming line and column */
export function parseTrade(text: string, name = 'trade file'): TradeRow[] {
  const [head, ...records] = recordsOf(text, name);
  const header = head?.record ?? [];
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length > 0) throw new TradeFileError(`${name}: has no column ${missing.join(', ')}`);
  return records.map(({ record, info }) => rowOf(record, header, { name, line: info.lines }));
}

interface CsvRecord {
  readonly record: readonly string[];
  /** `lines`: how many lines of the file were read with this record: its own (last) line. */
  readonly info: { readonly lines: number };
}

function recordsOf(text: string, name: string): CsvRecord[] {
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true };
    // The declared type does not know what `info` does to the records.
    return parse(text, options) as unknown as CsvRecord[];
  } catch (error) {
    throw new TradeFileError(`${name}: is not CSV (${(error as Error).message})`);
  }
}

function rowOf(record: readonly string[], header: readonly string[], at: { name: string; line: number }): TradeRow {
  const field = (column: string): string => (record[header.indexOf(column)] ?? '').trim();
  const bad = (column: string, what: string): TradeFileError =>
    new TradeFileError(`${at.name} line ${at.line}: ${column} is ${JSON.stringify(field(column))}, not ${what}`);
  const filled = (column: string): string => {
    if (field(column) === '') throw bad(column, 'a code');
    return field(column);
  };
  const number = (column: string): number => {
    const value = Number(field(column));
    if (field(column) === '' || !Number.isFinite(value)) throw bad(column, 'a number');
    return value;
  };
  const quantity = number('Quantity');
  if (!Number.isSafeInteger(quantity)) throw bad('Quantity', 'a whole number');
  if (!datePattern.test(field('InvoiceDate'))) throw bad('InvoiceDate', 'a time like 2010-12-01 08:26:00');
  const customer = field('CustomerID').replace(/\.0$/, '');
  return {
    line: at.line,
    invoice: filled('InvoiceNo'),
    sku: filled('StockCode'),
    description: field('Description'),
    quantity,
    date: field('InvoiceDate'),
    unitPence: penceOf(field('UnitPrice'), () => number('UnitPrice')),
    ...(customer === '' ? {} : { customerId: `c-${customer}` }),
  };
}

const datePattern = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

/** Rounded half up on the decimal digits: 2.005 is 201 pence, which binary fractions would get wrong. */
function penceOf(price: string, fallback: () => number): number {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(price);
  if (match === null) return Math.floor(fallback() * 100 + 0.5);
  const [, pounds = '0', fraction = ''] = match;
  const digits = fraction.padEnd(3, '0');
  return Number(pounds) * 100 + Number(digits.slice(0, 2)) + (Number(digits[2]) >= 5 ? 1 : 0);
}
