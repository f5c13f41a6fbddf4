import { join } from 'node:path';
import { producers } from '@daybook/contracts/documents';
import { contractOf } from '../release/contract.ts';
import { type Expectation, parseExpectation, readExpectations } from './expectation.ts';
import { unmetExpectations } from './unmet.ts';

const contracts = new Map(producers.map((producer) => [producer, contractOf(producer, new Map())]));
const committed = readExpectations(join(import.meta.dirname, '../../../..'));
const text = { type: 'string' };

/** What is wrong with one more expectation, of the order service. */
function unmet(expectation: Omit<Expectation, 'consumer' | 'producer' | 'path'>): string[] {
  const one: Expectation = {
    consumer: 'shop',
    producer: 'order',
    path: 'apps/shop/expectations/order.json',
    ...expectation,
  };
  return unmetExpectations([one], contracts)
    .filter(({ where }) => where === one.path)
    .map(({ what }) => what.split('. ')[0] ?? '');
}
const events = (types: NonNullable<Expectation['messages']>[string]) => unmet({ messages: { 'order-events': types } });
const reading = (properties: object, required = Object.keys(properties)) => ({
  data: { type: 'object', properties, required },
});

it('all that are committed are met', () => {
  expect(committed.length).toBeGreaterThan(5);
  expect(unmetExpectations(committed, contracts)).toEqual([]);
});

describe('of a message', () => {
  it('is met where what is read is sent, as it is read', () => {
    expect(events({ OrderDelivered: {}, OrderShipped: { version: 1, ...reading({ carrier: text }) } })).toEqual([]);
  });

  it.each<[string, Parameters<typeof events>[0], string]>([
    ['its type is not sent', { OrderLost: {} }, 'order sends no OrderLost to order-events'],
    [
      'its version is newer',
      { OrderSubmitted: { version: 1 } },
      'order sends version 2 of OrderSubmitted to order-events, version 1 is known',
    ],
    [
      'a field is not there',
      { OrderShipped: reading({ weight: text }) },
      'order-events OrderShipped weight is not there',
    ],
    [
      'a field may be absent',
      { OrderRejected: reading({ detail: text }) },
      'order-events OrderRejected detail may be absent',
    ],
    [
      'a field is of another type',
      { OrderShipped: reading({ carrier: { type: 'integer' } }) },
      'order-events OrderShipped carrier: type is "string", expected is "integer"',
    ],
  ])('is not where %s', (_, types, expected) => {
    expect(events(types)).toEqual([expected]);
  });

  it('is not where the hub is another one, or the envelope has less', () => {
    expect(unmet({ messages: { 'payment-events': {} } })).toEqual(['order sends nothing to payment-events']);
    const envelope = { type: 'object', properties: { shard: text }, required: ['shard'] };
    expect(unmet({ envelope, messages: { 'order-events': {} } })).toEqual(['order-events envelope shard is not there']);
  });
});

describe('over HTTP', () => {
  type Call = NonNullable<Expectation['http']>['operations'][string];
  const call = (name: string, expected: Partial<Call>) =>
    unmet({
      http: { token: ['customer'], operations: { [name]: { answers: { 200: { type: 'object' } }, ...expected } } },
    });
  const cancel = 'POST /v1/orders/{orderId}/cancel';
  const reason = { reason: 'late' };

  it('is met where it is taken and answered as expected', () => {
    const answers = { 200: { type: 'object', properties: { status: text }, required: ['status'] } };
    expect(
      call(cancel, { sends: [reason], headers: ['If-Match'], answers, problems: { 'cannot-cancel': 409 } }),
    ).toEqual([]);
  });

  it.each<[string, string, Partial<Call>, string]>([
    ['there is no such endpoint', 'PUT /v1/orders', {}, 'order has no PUT /v1/orders'],
    [
      'a body is not taken',
      cancel,
      { sends: [{ why: 'late' }] },
      `${cancel}: does not take the body that is sent: it must have required property 'reason'`,
    ],
    ['a body is needed', cancel, {}, `${cancel}: needs a body`],
    ['no body is taken', 'GET /v1/orders/{orderId}', { sends: [{}] }, 'GET /v1/orders/{orderId}: takes no body'],
    ['a header is not taken', cancel, { sends: [reason], headers: ['X-Shop'] }, `${cancel}: takes no header X-Shop`],
    [
      'a query is not taken',
      'GET /v1/orders/{orderId}',
      { query: ['lang'] },
      'GET /v1/orders/{orderId}: takes no query lang',
    ],
    [
      'it answers otherwise',
      'POST /v1/orders/{orderId}/returns',
      { sends: [{ lines: [{ sku: '1', quantity: 1 }], reason: 'x' }] },
      'POST /v1/orders/{orderId}/returns: may answer 202, which is not expected',
    ],
    [
      'a problem is not among its own',
      cancel,
      { sends: [reason], problems: { 'too-late': 409 } },
      `${cancel}: has no problem too-late with status 409`,
    ],
  ])('is not where %s', (_, name, expected, what) => {
    expect(call(name, expected)[0]).toBe(what);
  });

  it('is not where the token is not enough', () => {
    expect(call('POST /v1/orders/{orderId}/ship', { sends: [{ carrier: 'c', trackingNumber: 't' }] })).toEqual([
      'POST /v1/orders/{orderId}/ship: a token that names customer is not enough',
    ]);
  });
});

it('whoever reads a hub says what they rely on of each who sends to it', () => {
  const silent = committed.filter(({ path }) => path !== 'apps/fulfilment/expectations/payment.json');
  expect(unmetExpectations(silent, contracts)).toEqual([
    {
      where: 'apps/fulfilment/expectations/payment.json',
      what: 'does not say what fulfilment relies on of what payment sends to saga-inputs',
    },
  ]);
});

it('a file that is none says what is wrong with it', () => {
  const parse = (file: object) => () => parseExpectation('apps/shop/expectations/order.json', JSON.stringify(file));
  expect(parse({ consumer: 'shop', producer: 'orders' })).toThrow(
    /^apps\/shop\/expectations\/order.json is no expectation:[^]*producer/,
  );
  expect(parse({ consumer: 'shop', producer: 'order', message: {} })).toThrow(/message/);
});
