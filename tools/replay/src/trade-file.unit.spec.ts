import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseTrade, readTradeFile, TradeFileError } from './trade-file.ts';

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const row = (fields: Readonly<Record<string, string>> = {}): string => {
  const { invoice = '536365', sku = '85123A', text = 'T-LIGHT HOLDER', quantity = '6', ...rest } = fields;
  const { date = '2010-12-01 08:26:00', price = '2.55', customer = '17850.0' } = rest;
  return [invoice, sku, text, quantity, date, price, customer, 'United Kingdom'].join(',');
};
const parsed = (...rows: readonly string[]) => parseTrade([header, ...rows, ''].join('\n'));

describe('a row of a trade file', () => {
  it('has its line, its invoice, its code, pieces, pence and customer', () => {
    expect(parsed(row())).toEqual([
      {
        line: 2,
        invoice: '536365',
        sku: '85123A',
        description: 'T-LIGHT HOLDER',
        quantity: 6,
        date: '2010-12-01 08:26:00',
        unitPence: 255,
        customerId: 'c-17850',
      },
    ]);
  });

  it('may have no customer', () => {
    expect(parsed(row({ customer: '' }))[0]).not.toHaveProperty('customerId');
  });

  it.each([
    ['2.55', 255],
    ['2.005', 201],
    ['1.005', 101],
    ['8.575', 858],
    ['2.0049999', 200],
    ['0.005', 1],
    ['0.0049', 0],
    ['0.0', 0],
    ['13541.33', 1_354_133],
    ['7', 700],
    ['-11062.06', -1_106_206],
    ['1e-1', 10],
  ])('costs %s pounds: %d pence, rounded half up on the digits that stand there', (price, pence) => {
    expect(parsed(row({ price }))[0]?.unitPence).toBe(pence);
  });

  it('is found whatever the order of the columns, with a byte order mark, behind empty lines', () => {
    const columns = '\uFEFFCountry,Quantity,UnitPrice,StockCode,InvoiceNo,InvoiceDate,CustomerID,Description\r\n';
    const rows = parseTrade(`${columns}\r\nFrance,-2,1.25,POST,C1,2010-12-02 00:00:00,,POSTAGE\r\n`);
    expect(rows).toMatchObject([{ line: 3, invoice: 'C1', sku: 'POST', quantity: -2, unitPence: 125 }]);
  });
});

describe('a file that is not a trade file', () => {
  it.each([
    ['price', 'cheap', 'trade file line 3: UnitPrice is "cheap", not a number'],
    ['price', '', 'trade file line 3: UnitPrice is "", not a number'],
    ['quantity', '1.5', 'trade file line 3: Quantity is "1.5", not a whole number'],
    ['quantity', 'six', 'trade file line 3: Quantity is "six", not a number'],
    ['date', '01/12/2010', 'trade file line 3: InvoiceDate is "01/12/2010", not a time like 2010-12-01 08:26:00'],
    ['invoice', '', 'trade file line 3: InvoiceNo is "", not a code'],
    ['sku', '', 'trade file line 3: StockCode is "", not a code'],
  ])('names line and column of a bad %s', (field, value, message) => {
    expect(() => parsed(row(), row({ [field]: value }))).toThrow(new TradeFileError(message));
  });

  it('counts the lines of the file, not the rows', () => {
    expect(() => parsed(row({ text: '"one\ntwo"' }), row({ price: '?' }))).toThrow('line 4: UnitPrice');
  });

  it('names the columns that are missing', () => {
    expect(() => parseTrade('InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice\n', 'x.csv')).toThrow(
      'x.csv: has no column Description, CustomerID, Country',
    );
    expect(() => parseTrade('')).toThrow('has no column InvoiceNo');
  });

  it('is refused where it is not CSV at all', () => {
    expect(() => parsed('"never closed')).toThrow('trade file: is not CSV');
  });
});

describe('readTradeFile', () => {
  let folder = '';
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'daybook-trade-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const written = (name: string, content: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it('reads the same of a file and of its gzip, digest included', () => {
    const text = `${header}\n${row()}\n`;
    const plain = readTradeFile(written('a.csv', text));
    expect(plain.rows).toHaveLength(1);
    expect(readTradeFile(written('a.csv.gz', gzipSync(text)))).toEqual(plain);
    expect(readTradeFile(written('b.csv', text.replace('6', '7'))).digest).not.toBe(plain.digest);
  });

  it('says what is wrong with the file itself', () => {
    expect(() => readTradeFile(join(folder, 'none.csv'))).toThrow('none.csv: cannot be read (ENOENT)');
    const cut = written('cut.gz', gzipSync(header.repeat(100)).subarray(0, 40));
    expect(() => readTradeFile(cut)).toThrow('cut.gz: cannot be unpacked');
  });
});
