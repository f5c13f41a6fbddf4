import type { Books } from './books.ts';
import { planTrade } from './plan.ts';
import { describe as describeReport, reportOf } from './report.ts';
import type { Trade } from './run-plan.ts';
import { parseTrade } from './trade-file.ts';

const plan = planTrade(
  parseTrade(
    [
      'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country',
      '1,10000,,6,2010-12-01 08:26:00,2.55,1.0,UK',
      '1,POST,,1,2010-12-01 08:26:00,18.0,1.0,UK',
      '2,10000,,9,2010-12-01 08:27:00,2.55,1.0,UK',
      'A3,B,,1,2010-12-01 08:28:00,100.0,,UK',
    ].join('\n'),
  ),
  { stock: 0.5 },
);
const [first, second] = plan.steps.filter((step) => step.kind === 'order');
const trade: Trade = {
  shipped: first === undefined ? [] : [first],
  rejected: second === undefined ? [] : [second],
  returns: [{ orderId: 'inv-1', sku: '10000', quantity: 2, pence: 510 }],
  unitsUnmatched: 3,
  adjusted: new Map(),
  adjustments: 4,
  unitsRefused: 5,
};
const booksWith = (onHand: number): Books => ({
  checks: [
    { what: 'pence sold', expected: 3330, booked: 3330 },
    { what: 'on hand of 10000', sku: '10000', expected: 3, booked: onHand },
    { what: 'reserved of 10000', sku: '10000', expected: 0, booked: 0 },
    { what: 'on hand of 20000', sku: '20000', expected: 1, booked: 1 },
    { what: 'reserved of 20000', sku: '20000', expected: 0, booked: 0 },
  ],
});
const reportWith = (books: Books) => reportOf({ plan, trade, books, eventsAppended: 7, seconds: 1.26 });

describe('the report', () => {
  it('has the sums of what was shipped, services included', () => {
    expect(reportWith(booksWith(3))).toEqual({
      ...{ orders: 1, rejected: 1, lines: 2, unitsSold: 7, penceSold: 3330, unitsReturned: 2, penceReturned: 510 },
      ...{ unitsUnmatched: 3, adjustments: 4, skipped: 1, eventsAppended: 7, seconds: 1.3, reconciled: true },
    });
  });

  it('is not reconciled where one code differs, and names it', () => {
    const books = booksWith(4);
    const report = reportWith(books);
    expect(report.reconciled).toBe(false);
    const text = describeReport(report, books, trade);
    expect(text).toMatch(/codes whose stock agrees +2 +1 +DIFFERS/);
    expect(text).toContain('on hand of 10000: the file says 3, the books say 4');
    expect(text).toMatch(/THE BOOKS DO NOT AGREE WITH THE FILE\.$/);
  });

  it('shows money as pounds', () => {
    const text = describeReport(reportWith(booksWith(3)), booksWith(3), trade);
    expect(text).toMatch(/value sold +£33\.30 +£33\.30 +ok/);
    expect(text).toContain('4 adjustments (5 pieces refused), 3 returned pieces that match no order, 1 rows skipped');
    expect(text).toMatch(/The books agree with the file\.$/);
  });
});
