import type { ShopService } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import type { AllHistories } from './histories.ts';
import { rechained, withStream } from './test-support/forgery.ts';
import { embeddedShop } from './test-support/shop.ts';
import { verifyHistories } from './verify.ts';

const sku = '85123A';
const lines = [
  { sku, quantity: 2, unitPrice: 255 },
  { sku: 'POST', quantity: 1, unitPrice: 1800 },
  { sku, quantity: 1, unitPrice: 200 },
];
const dear = [{ sku, quantity: 99, unitPrice: 255 }];

/** One order of each kind that is over, one that waits to be shipped. */
async function trade() {
  const shop = embeddedShop();
  await shop.receive(sku, 20);
  await shop.place('fulfilled', lines);
  await shop.ship('fulfilled');
  await shop.place('returned', lines);
  await shop.ship('returned');
  await shop.takeBack('returned', sku, 1);
  await shop.takeBack('returned', 'POST', 1);
  await shop.place('short', dear);
  await shop.place('declined', lines, 'tok_decline');
  await shop.place('cancelled', lines);
  await shop.cancel('cancelled');
  await shop.draft('waiting', lines);
  await shop.submit('waiting');
  await shop.draft('drafted', lines);
  await shop.draft('discarded', lines);
  await shop.cancel('discarded');
  return shop.histories();
}

let honest: AllHistories;
beforeAll(async () => void (honest = await trade()));

/** The rules that are broken, each once. */
const broken = (histories: AllHistories): string[] => [
  ...new Set(verifyHistories(histories).findings.map(({ rule }) => rule)),
];
const changed = (
  service: ShopService,
  streamId: string,
  change: (events: readonly StoredEvent[]) => readonly StoredEvent[],
): string[] => broken(withStream(honest, service, streamId, change));
/** Changed so that the stream by itself looks right. */
const forged = (
  service: ShopService,
  streamId: string,
  change: (events: readonly StoredEvent[]) => readonly StoredEvent[],
): string[] => changed(service, streamId, (events) => rechained(change(events)));

const without =
  (type: string, match: (event: StoredEvent) => boolean = () => true) =>
  (events: readonly StoredEvent[]) =>
    events.filter((event) => event.type !== type || !match(event));
const withData =
  (type: string, data: Readonly<Record<string, unknown>>, match: (event: StoredEvent) => boolean = () => true) =>
  (events: readonly StoredEvent[]) =>
    events.map((event) =>
      event.type === type && match(event) ? { ...event, data: { ...event.data, ...data } } : event,
    );
/** The first event of a type once more at the end, as a command of its own. */
const again =
  (type: string, commandKey?: string) =>
  (events: readonly StoredEvent[]): StoredEvent[] => {
    const found = events.find((event) => event.type === type);
    if (found === undefined) throw new Error(`there is no ${type}`);
    const recordedAt = events.at(-1)?.recordedAt ?? found.recordedAt;
    if (commandKey === undefined) return [...events, { ...found, recordedAt }];
    const copy = { ...found, recordedAt, metadata: { ...found.metadata, commandKey }, dedup: `${commandKey}#0` };
    return [...events, copy];
  };
const of = (orderId: string) => (event: StoredEvent) => event.data['orderId'] === orderId;
const stock = `stock-${sku}`;

describe('honest histories', () => {
  it('are in order, and every rule has had something to look at', () => {
    const result = verifyHistories(honest);
    expect(result.findings).toEqual([]);
    expect(result.orders).toEqual({
      byProgress: { 'in flight': 0, parked: 0, 'waiting for shipment': 1, over: 5 },
      byOutcome: { shipped: 2, rejected: 2, cancelled: 1 },
    });
    expect(result.checked.map(({ rule }) => rule).sort()).toEqual([
      'every effect goes back to an intent',
      'every event can be read',
      'every event is what its type says',
      'every intent was carried out once',
      'every payment has its order',
      'money agrees with the order',
      'no command is in a stream twice',
      'no timer is left of a finished saga',
      'nothing is asked for before an order is submitted',
      'nothing is held for an order that is over',
      'nothing is taken before it is shipped',
      'payments stay possible',
      'stock adds up',
      'stock stays possible',
      'streams',
      'the saga ended as the order did',
      'what was returned is back in the stock',
      'what was returned is refunded and completed',
      'what was shipped left the stock',
    ]);
  });

  it('may be empty', () => {
    const none: AllHistories = {
      ...{ order: new Map(), inventory: new Map(), payment: new Map(), fulfilment: new Map() },
      fulfilmentSince: new Map(),
    };
    expect(verifyHistories(none)).toMatchObject({ events: 0, streams: 0, findings: [] });
  });

  it('are in order wherever the sagas were cut: what is under way is counted, not judged', () => {
    for (const [streamId, events] of honest.fulfilment) {
      for (let kept = 0; kept < events.length; kept += 1) {
        const cut = withStream(honest, 'fulfilment', streamId, () => events.slice(0, kept));
        const seen = { ...cut, fulfilmentSince: new Map([[streamId, events.slice(kept)]]) };
        expect([streamId, kept, verifyHistories(seen).findings]).toEqual([streamId, kept, []]);
      }
    }
  });
});

describe('a stream that was tampered with', () => {
  const order = 'order-fulfilled';

  it('is found by what its hashes say', () => {
    expect(changed('order', order, withData('OrderSubmitted', { customerId: 'c2' }))).toEqual(['streams']);
    expect(changed('order', order, (events) => events.filter(({ version }) => version !== 2))).toContain('streams');
    expect(changed('order', order, (events) => [...events].reverse())).toContain('streams');
    expect(changed('fulfilment', 'saga-FulfilOrder:fulfilled', (events) => events.slice(1))).toContain('streams');
    expect(changed('payment', 'payment-fulfilled', withData('PaymentCaptured', { amount: 1 }))).toContain('streams');
  });

  it('is found where an event took the place of another with another chain behind it', () => {
    const swap = (events: readonly StoredEvent[]) =>
      events.map((event, index) => (index === 1 ? (rechained([event])[0] ?? event) : event));
    expect(changed('order', order, swap)).toContain('streams');
  });

  it('is found without its last event, which no chain can tell, by what others know', () => {
    const cut = (events: readonly StoredEvent[]) => events.slice(0, -1);
    expect(changed('order', order, cut)).toContain('the saga ended as the order did');
    expect(changed('payment', 'payment-fulfilled', cut)).toContain('money agrees with the order');
    expect(changed('inventory', stock, cut)).toEqual([]);
    expect(changed('inventory', stock, (events) => events.slice(0, -2))).toContain('every intent was carried out once');
  });

  it('is found where it cannot be read any more', () => {
    const newer = (events: readonly StoredEvent[]) => events.map((event) => ({ ...event, schemaVersion: 99 }));
    expect(forged('inventory', stock, newer)).toContain('every event can be read');
  });

  it('is found where a command is in it twice', () => {
    expect(forged('inventory', stock, again('StockReceived'))).toEqual(['no command is in a stream twice']);
  });
});

describe('stock that does not agree', () => {
  it.each([
    ['a double commit', again('StockCommitted', 'FulfilOrder:fulfilled/commit/85123A/do/1')],
    ['more committed than sold', withData('StockCommitted', { quantity: 4 }, of('fulfilled'))],
    ['nothing committed', without('StockCommitted', of('fulfilled'))],
  ])('%s', (_what, change) => {
    expect(forged('inventory', stock, change)).toContain('what was shipped left the stock');
  });

  it('a reservation left over', () => {
    const found = forged('inventory', stock, without('StockReservationReleased', of('cancelled')));
    expect(found).toContain('nothing is held for an order that is over');
    expect(found).toContain('every intent was carried out once');
  });

  it('a return that is not on the shelf, or on it twice', () => {
    const rule = 'what was returned is back in the stock';
    expect(forged('inventory', stock, without('StockRestocked'))).toContain(rule);
    expect(forged('inventory', stock, again('StockRestocked', 'http:x'))).toContain(rule);
  });

  it('more reserved than there is, and less than nothing', () => {
    const found = forged('inventory', stock, withData('StockReceived', { quantity: 1 }));
    expect(found).toContain('stock stays possible');
  });

  it('pieces that left for an order that is not shipped, or is unknown', () => {
    const commit = 'FulfilOrder:waiting/commit/85123A/do/0';
    const early = (events: readonly StoredEvent[]) => {
      const copies = again('StockCommitted', commit)(events);
      const last = copies.at(-1) as StoredEvent;
      const data = { ...last.data, orderId: 'waiting', reservationId: 'waiting' };
      return [...copies.slice(0, -1), { ...last, data }];
    };
    expect(forged('inventory', stock, early)).toContain('nothing is taken before it is shipped');
  });
});

describe('money that does not agree', () => {
  it('captured too much', () => {
    const found = forged('payment', 'payment-fulfilled', withData('PaymentCaptured', { amount: 9_999 }));
    expect(found).toEqual(['payments stay possible', 'money agrees with the order']);
  });

  it('captured too little', () => {
    const found = forged('payment', 'payment-fulfilled', withData('PaymentCaptured', { amount: 1 }));
    expect(found).toEqual(['money agrees with the order']);
  });

  it('a refund missing, or of another amount', () => {
    const rule = 'what was returned is refunded and completed';
    const first = (event: StoredEvent) => event.data['refundId'] === 'returned.r1';
    const missing = forged('payment', 'payment-returned', without('PaymentRefunded', first));
    expect(missing).toEqual(expect.arrayContaining([rule, 'money agrees with the order']));
    expect(forged('payment', 'payment-returned', withData('PaymentRefunded', { amount: 1 }, first))).toContain(rule);
  });

  it('refunded more than was captured', () => {
    const found = forged('payment', 'payment-returned', withData('PaymentRefunded', { amount: 99_999 }));
    expect(found).toContain('payments stay possible');
  });

  it('an authorization left open', () => {
    const found = forged('payment', 'payment-cancelled', without('PaymentVoided'));
    expect(found).toEqual(['nothing is held for an order that is over']);
  });

  it('a payment without an order', () => {
    const found = changed('order', 'order-fulfilled', () => []);
    expect(found).toEqual(
      expect.arrayContaining(['every payment has its order', 'nothing is taken before it is shipped']),
    );
  });

  it('taken before the order was shipped', () => {
    const found = forged('order', 'order-fulfilled', without('OrderShipped'));
    expect(found).toContain('nothing is taken before it is shipped');
  });
});

describe('a draft that does not keep to itself', () => {
  const rule = 'nothing is asked for before an order is submitted';
  const unsubmitted = (events: readonly StoredEvent[]) => events.slice(0, 1 + lines.length);

  it('has a saga', () => {
    expect(forged('order', 'order-waiting', unsubmitted)).toContain(rule);
  });

  it('holds money or stock', () => {
    const order = withStream(honest, 'order', 'order-waiting', (events) => rechained(unsubmitted(events)));
    const alone = withStream(order, 'fulfilment', 'saga-FulfilOrder:waiting', () => []);
    expect(broken(alone)).toContain(rule);
    expect(broken(withStream(alone, 'payment', 'payment-waiting', () => []))).toContain(rule);
  });
});

describe('sagas that do not agree', () => {
  const saga = 'saga-FulfilOrder:fulfilled';

  it('an order that ended otherwise than its saga', () => {
    const turn = (events: readonly StoredEvent[]) =>
      events.map((event) => (event.type === 'SagaCompleted' ? { ...event, type: 'SagaCompensated' } : event));
    expect(forged('fulfilment', saga, turn)).toEqual(['the saga ended as the order did']);
  });

  it('a return that its order does not know to be completed', () => {
    const found = forged('order', 'order-returned', without('OrderReturnCompleted'));
    expect(found).toContain('what was returned is refunded and completed');
  });

  it('an intent carried out twice', () => {
    const intent = 'FulfilOrder:fulfilled/reserve/85123A/do/0';
    expect(forged('inventory', stock, again('StockReserved', intent))).toContain('every intent was carried out once');
  });

  it('an effect without an intent', () => {
    const intent = 'FulfilOrder:nobody/reserve/85123A/do/0';
    expect(forged('inventory', stock, again('StockReservationRejected', intent))).toEqual([
      'every effect goes back to an intent',
    ]);
  });

  it('an effect that belongs to another request than its saga', () => {
    const stranger = (events: readonly StoredEvent[]) =>
      events.map((event) => ({ ...event, metadata: { ...event.metadata, correlationId: 'r-x' } }));
    expect(forged('payment', 'payment-fulfilled', stranger)).toEqual(['every effect goes back to an intent']);
  });

  it('a timer left over', () => {
    expect(forged('fulfilment', saga, without('TimersCancelled'))).toEqual(['no timer is left of a finished saga']);
  });
});
