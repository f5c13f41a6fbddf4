import { quantityMax } from '@daybook/contracts';
import { spec } from '@daybook/testing';
import { orderDecider, type PlaceOrder } from './decide.ts';
import { orderTotalMax } from './drafting.ts';
import type { OrderEvent } from './events.ts';
import { evolve, initialOrder, statusOf } from './state.ts';

const orderId = 'o1';
const lines = [
  { sku: '85123A', quantity: 6, unitPrice: 255 },
  { sku: '71053', quantity: 2, unitPrice: 339 },
];
const placing: PlaceOrder['data'] = {
  orderId,
  customerId: '17850',
  currency: 'GBP',
  lines,
  payment: { token: 'tok_approve' },
};
const place = (data: Partial<PlaceOrder['data']> = {}): PlaceOrder => ({
  type: 'PlaceOrder',
  data: { ...placing, ...data },
});
const cancel = { type: 'CancelOrder', data: { reason: 'changed my mind' } } as const;
const ship = { type: 'ShipOrder', data: { carrier: 'Royal Mail', trackingNumber: 'RM1' } } as const;
const deliver = { type: 'DeliverOrder' } as const;
const confirm = { type: 'ConfirmOrder', data: { orderId } } as const;
const reject = { type: 'RejectOrder', data: { orderId, reason: 'out-of-stock', detail: '85123A' } } as const;
const askBack = (sku: string, quantity: number) =>
  ({ type: 'RequestReturn', data: { lines: [{ sku, quantity }], reason: 'broken' } }) as const;

const drafted: OrderEvent = { type: 'OrderDrafted', data: { orderId, customerId: '17850', currency: 'GBP' } };
const submitted: OrderEvent = { type: 'OrderSubmitted', data: { ...placing, lines: [...lines], total: 2208 } };
const confirmed: OrderEvent = { type: 'OrderConfirmed', data: { orderId } };
const rejected: OrderEvent = { type: 'OrderRejected', data: reject.data };
const cancelled: OrderEvent = { type: 'OrderCancelled', data: { orderId, reason: 'changed my mind' } };
const shipped: OrderEvent = { type: 'OrderShipped', data: { orderId, carrier: 'Royal Mail', trackingNumber: 'RM1' } };
const delivered: OrderEvent = { type: 'OrderDelivered', data: { orderId } };
const returnRequested = (n: number, sku: string, quantity: number, refund: number): OrderEvent => ({
  type: 'OrderReturnRequested',
  data: {
    orderId,
    returnId: `o1.r${n}`,
    lines: [{ sku, quantity }],
    refund,
    currency: 'GBP',
    reason: 'broken',
  },
});
const returnCompleted = (n: number, refunded: number): OrderEvent => ({
  type: 'OrderReturnCompleted',
  data: { orderId, returnId: `o1.r${n}`, refunded },
});
const requestRefused = (request: 'confirm' | 'reject' | 'complete-return', status: string): OrderEvent => ({
  type: 'OrderRequestRefused',
  data: {
    orderId,
    request,
    code: `order-${status}`,
    message: `The order is ${status}: ${request} came too late.`,
  },
});

const histories = {
  none: [],
  draft: [drafted],
  submitted: [drafted, submitted],
  confirmed: [drafted, submitted, confirmed],
  rejected: [drafted, submitted, rejected],
  cancelled: [drafted, submitted, cancelled],
  shipped: [drafted, submitted, confirmed, shipped],
  delivered: [drafted, submitted, confirmed, shipped, delivered],
} as const satisfies Record<string, readonly OrderEvent[]>;
type Status = keyof typeof histories;
const others = (...allowed: readonly Status[]): Status[] =>
  (Object.keys(histories) as Status[]).filter((status) => !allowed.includes(status) && status !== 'none');

const order = spec(orderDecider);
const given = (status: Status) => order.given(...histories[status]);

describe('placing an order', () => {
  it('begins and submits it at once, priced', () => {
    given('none').when(place()).then(drafted, submitted);
  });

  it('keeps where to ship it', () => {
    const shipTo = { name: 'A. Customer', country: 'United Kingdom' };
    given('none')
      .when(place({ shipTo }))
      .then(drafted, { type: 'OrderSubmitted', data: { ...placing, lines: [...lines], total: 2208, shipTo } });
  });

  it('keeps several lines of one SKU apart, and takes lines that cost nothing', () => {
    const twice = [
      { sku: '85123A', quantity: 1, unitPrice: 255 },
      { sku: '85123A', quantity: 1, unitPrice: 0 },
    ];
    given('none')
      .when(place({ lines: twice }))
      .then(drafted, { type: 'OrderSubmitted', data: { ...placing, lines: twice, total: 255 } });
  });

  it('refuses a total that is too large, to the penny', () => {
    const priced = (unitPrice: number) => place({ lines: [{ sku: '85123A', quantity: 1, unitPrice }] });
    given('none')
      .when(priced(orderTotalMax + 1))
      .thenRefused('total-too-large', { total: orderTotalMax + 1, totalMax: orderTotalMax });
    expect(orderDecider.decide(priced(orderTotalMax), initialOrder)).toHaveLength(2);
  });

  it('refuses lines of one SKU that have more pieces together than can be reserved', () => {
    const line = (quantity: number) => ({ sku: '85123A', quantity, unitPrice: 1 });
    given('none')
      .when(place({ lines: [line(quantityMax), line(1)] }))
      .thenRefused('quantity-too-large', { sku: '85123A', quantity: quantityMax + 1, quantityMax });
    expect(orderDecider.decide(place({ lines: [line(quantityMax - 1), line(1)] }), initialOrder)).toHaveLength(2);
  });

  it.each(others())('twice is refused: it is %s already', (status) => {
    given(status).when(place()).thenRefused('order-exists', { currentStatus: status });
  });
});

describe('cancelling', () => {
  it.each(['submitted', 'confirmed'] as const)('a %s order cancels it', (status) => {
    given(status).when(cancel).then(cancelled);
  });

  it.each(others('draft', 'submitted', 'confirmed'))('a %s order is refused', (status) => {
    given(status).when(cancel).thenRefused('cannot-cancel', { currentStatus: status });
  });
});

describe('shipping', () => {
  it('a confirmed order ships it', () => {
    given('confirmed').when(ship).then(shipped);
  });

  it.each(others('confirmed'))('a %s order is refused', (status) => {
    given(status).when(ship).thenRefused('cannot-ship', { currentStatus: status });
  });
});

describe('the race of cancelling and shipping is won by whoever appends first', () => {
  it('cancelled first, it cannot be shipped', () => {
    order.given(drafted, submitted, confirmed, cancelled).when(ship).thenRefused('cannot-ship');
  });

  it('shipped first, it cannot be cancelled', () => {
    given('shipped').when(cancel).thenRefused('cannot-cancel', { currentStatus: 'shipped' });
  });
});

describe('delivering', () => {
  it('a shipped order delivers it', () => {
    given('shipped').when(deliver).then(delivered);
  });

  it.each(others('shipped'))('a %s order is refused', (status) => {
    given(status).when(deliver).thenRefused('cannot-deliver', { currentStatus: status });
  });
});

describe('an order that is not there', () => {
  it.each([cancel, ship, deliver, askBack('85123A', 1)])('is unknown to $type', (command) => {
    given('none').when(command).thenRefused('order-unknown');
  });
});

describe('the fulfilment process is answered with an event, always', () => {
  it('confirms and rejects what is submitted', () => {
    given('submitted').when(confirm).then(confirmed);
    given('submitted').when(reject).then(rejected);
  });

  it.each(others('submitted'))('comes too late for a %s order', (status) => {
    given(status).when(confirm).then(requestRefused('confirm', status));
    if (status !== 'confirmed') given(status).when(reject).then(requestRefused('reject', status));
  });

  it('rejects what is confirmed: whoever asks for that has given back its stock and its money, so it must not be shipped', () => {
    given('confirmed').when(reject).then(rejected);
  });

  it('asks in vain for an order that is not there', () => {
    given('none').when(confirm).then(requestRefused('confirm', 'unknown'));
    expect(evolve(initialOrder, requestRefused('confirm', 'unknown'))).toEqual(initialOrder);
  });
});

describe('returning goods', () => {
  it.each(['shipped', 'delivered'] as const)('from a %s order is possible', (status) => {
    given(status)
      .when(askBack('85123A', 2))
      .then(returnRequested(1, '85123A', 2, 510));
  });

  it.each(others('shipped', 'delivered'))('from a %s order is not', (status) => {
    given(status).when(askBack('85123A', 2)).thenRefused('cannot-return', { currentStatus: status });
  });

  it('names how much can still come back', () => {
    given('shipped').when(askBack('85123A', 7)).thenRefused('return-too-large', { sku: '85123A', returnable: 6 });
    given('shipped').when(askBack('22423', 1)).thenRefused('return-too-large', { sku: '22423', returnable: 0 });
  });

  it('twice is two returns, and never more than was sold', () => {
    const once = [...histories.shipped, returnRequested(1, '85123A', 5, 1275)];
    order
      .given(...once)
      .when(askBack('85123A', 1))
      .then(returnRequested(2, '85123A', 1, 255));
    order
      .given(...once)
      .when(askBack('85123A', 2))
      .thenRefused('return-too-large', { sku: '85123A', returnable: 1 });
  });

  it('adds up several lines of one SKU in a request', () => {
    const asked = (first: number, second: number) =>
      ({
        type: 'RequestReturn',
        data: {
          lines: [
            { sku: '85123A', quantity: first },
            { sku: '85123A', quantity: second },
          ],
          reason: 'broken',
        },
      }) as const;
    given('shipped')
      .when(asked(2, 4))
      .then(returnRequested(1, '85123A', 6, 1530));
    given('shipped').when(asked(4, 3)).thenRefused('return-too-large', { sku: '85123A', returnable: 6 });
  });

  it('is priced in the order of the lines: the first line comes back first', () => {
    const two = [
      { sku: '85123A', quantity: 3, unitPrice: 255 },
      { sku: '71053', quantity: 1, unitPrice: 339 },
      { sku: '85123A', quantity: 3, unitPrice: 200 },
    ];
    const sold: readonly OrderEvent[] = [
      drafted,
      { type: 'OrderSubmitted', data: { ...placing, lines: two, total: 1704 } },
      confirmed,
      shipped,
    ];
    order
      .given(...sold)
      .when(askBack('85123A', 4))
      .then(returnRequested(1, '85123A', 4, 3 * 255 + 200));
    order
      .given(...sold, returnRequested(1, '85123A', 2, 510))
      .when(askBack('85123A', 2))
      .then(returnRequested(2, '85123A', 2, 255 + 200));
  });
});

describe('completing a return', () => {
  const complete = (n: number, refunded: number) =>
    ({ type: 'CompleteReturn', data: { orderId, returnId: `o1.r${n}`, refunded } }) as const;
  const asked = [...histories.delivered, returnRequested(1, '85123A', 6, 1530)];

  it('closes the return that is open', () => {
    order
      .given(...asked)
      .when(complete(1, 1530))
      .then(returnCompleted(1, 1530));
  });

  it('twice, or of a return that nobody asked for, is refused', () => {
    order
      .given(...asked, returnCompleted(1, 1530))
      .when(complete(1, 1530))
      .then(requestRefused('complete-return', 'partially-returned'));
    order
      .given(...asked)
      .when(complete(2, 1))
      .then(requestRefused('complete-return', 'delivered'));
    given('submitted').when(complete(1, 1)).then(requestRefused('complete-return', 'submitted'));
  });

  it('makes the order partly returned, then returned', () => {
    const statusAfter = (...events: readonly OrderEvent[]) => statusOf(events.reduce(evolve, initialOrder));
    const part = [...asked, returnCompleted(1, 1530)];
    const whole = [...part, returnRequested(2, '71053', 2, 678)];
    expect([statusAfter(...asked), statusAfter(...part)]).toEqual(['delivered', 'partially-returned']);
    expect(statusAfter(...whole)).toBe('partially-returned');
    expect(statusAfter(...whole, returnCompleted(2, 678))).toBe('returned');
  });

  it('keeps the returned status when the delivery is noted afterwards', () => {
    const events = [...histories.shipped, returnRequested(1, '85123A', 6, 1530), returnCompleted(1, 1530), delivered];
    expect(statusOf(events.reduce(evolve, initialOrder))).toBe('partially-returned');
  });
});

it('an answer given again changes nothing', () => {
  const state = histories.confirmed.reduce(evolve, initialOrder);
  expect(evolve(state, { type: 'OutcomeRepeated', data: { eventId: 'e', type: 'OrderConfirmed', data: {} } })).toBe(
    state,
  );
});
