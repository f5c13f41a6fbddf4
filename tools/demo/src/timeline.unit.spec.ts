import { scenarios } from './scenarios.ts';
import { describeTimeline, type Entry } from './timeline.ts';

const entry = (
  type: string,
  ms: number,
  data: Entry['data'] = {},
  service: Entry['service'] = 'fulfilment',
): Entry => ({
  recordedAt: new Date(Date.UTC(2010, 11, 1) + ms).toISOString(),
  ...{ service, streamId: `${service}-1`, version: 1, type, data },
});

describe('a timeline', () => {
  const entries = [
    entry('OrderSubmitted', 0, { total: 1530 }, 'order'),
    entry('StepEntered', 12, { step: 'reserve' }),
    entry('CommandsIssued', 12, { commands: [{ type: 'ReserveStock' }, { type: 'ReserveStock' }] }),
    entry('TimerScheduled', 12),
    entry('StockReserved', 1_204, { quantity: 6 }, 'inventory'),
  ];

  it('shows what happened to goods and money, and counts the bookkeeping', () => {
    expect(describeTimeline(entries, { all: false }).split('\n')).toEqual([
      '    +0.000 s  order      OrderSubmitted (£15.30)                          order-1@1',
      '    +0.012 s  fulfilment CommandsIssued → ReserveStock, ReserveStock      fulfilment-1@1',
      '    +1.204 s  inventory  StockReserved (6)                                inventory-1@1',
      "              (and 2 events of the saga's own bookkeeping: --all)",
    ]);
  });

  it('shows everything with --all', () => {
    const lines = describeTimeline(entries, { all: true }).split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toContain('StepEntered (reserve)');
  });

  it.each([
    ['OrderRejected', { reason: 'out-of-stock' }, 'OrderRejected (out-of-stock)'],
    ['PaymentDeclined', { code: 'card-declined' }, 'PaymentDeclined (card-declined)'],
    ['CompensationStarted', { cause: { reason: 'cancelled' } }, 'CompensationStarted (cancelled)'],
    ['StepSucceeded', { step: 'authorize' }, 'StepSucceeded (authorize)'],
    ['OrderDelivered', {}, 'OrderDelivered '],
  ])('says of %s what matters', (type, data, text) => {
    expect(describeTimeline([entry(type, 0, data)], { all: false })).toContain(text);
  });

  it('may be empty', () => {
    expect(describeTimeline([], { all: false })).toBe('');
  });
});

describe('the scenarios', () => {
  it('are about orders of their own', () => {
    expect(new Set(scenarios.map(({ orderId }) => orderId)).size).toBe(scenarios.length);
  });

  it('account for every piece and penny', () => {
    for (const { orderId, onHand, quantity, ends } of scenarios) {
      const sent = ['shipped', 'delivered', 'partially-returned'].includes(ends.order);
      const back = ends.order === 'partially-returned' ? 2 : 0;
      expect([orderId, ends.onHand]).toEqual([orderId, onHand - (sent ? quantity - back : 0)]);
      expect(ends.reserved).toBe(0);
      if (!sent) expect([ends.captured, ends.refunded]).toEqual([0, 0]);
    }
  });
});
