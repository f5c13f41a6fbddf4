import type { StoredEvent } from '@daybook/eventstore';
import { sagaRoute } from './saga-route.ts';

const stored = (type: string, data: object = {}): StoredEvent => ({
  id: '2',
  streamId: 'order-o1',
  version: 2,
  eventId: 'e2',
  type,
  schemaVersion: 1,
  recordedAt: '2010-12-01T08:26:00.000Z',
  data: { orderId: 'o1', ...data },
  metadata: { commandKey: 'http:1', correlationId: 'c', causationId: 'r', actor: 'anonymous', traceparent: '' },
  dedup: 'http:1#1',
  previousHash: '',
  hash: '',
});

it.each(['OrderSubmitted', 'OrderCancelled', 'OrderShipped'])('%s concerns the fulfilment of its order', (type) => {
  expect(sagaRoute(stored(type))).toMatchObject([
    { hub: 'saga-inputs', key: 'FulfilOrder:o1', message: { type, subject: 'order-o1', source: 'daybook/order' } },
  ]);
});

it('a return has a process of its own', () => {
  const requested = stored('OrderReturnRequested', { returnId: 'o1.r1' });
  expect(sagaRoute(requested)).toMatchObject([{ hub: 'saga-inputs', key: 'ReturnOrder:o1.r1' }]);
});

it.each([
  'OrderDrafted',
  'OrderConfirmed',
  'OrderRejected',
  'OrderDelivered',
  'OrderReturnCompleted',
  'OutcomeRepeated',
])('%s starts nothing', (type) => {
  expect(sagaRoute(stored(type))).toEqual([]);
});
