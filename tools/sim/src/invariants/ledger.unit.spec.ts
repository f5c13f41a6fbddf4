import type { ShopService } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import { Ledger } from './ledger.ts';

let version = 0;
const event = (streamId: string, type: string, data: object, commandKey = `http:${version}`): StoredEvent => {
  version += 1;
  const metadata = { commandKey, correlationId: 'c', causationId: 'c', actor: 'a', traceparent: '' };
  const place = { id: String(version), streamId, version, eventId: `e${version}`, schemaVersion: 1, recordedAt: '' };
  const chain = { dedup: `${commandKey}#0`, previousHash: String(version - 1), hash: String(version) };
  return { ...place, ...chain, type, data: data as StoredEvent['data'], metadata };
};
const broken = (service: ShopService, events: readonly StoredEvent[]): string[] => {
  const ledger = new Ledger(() => undefined);
  ledger.appended(service, events);
  return ledger.violations.map(({ invariant }) => invariant);
};

beforeEach(() => {
  version = 0;
});

describe('what must hold after every append', () => {
  const sku = '85123A';
  const reservation = { sku, reservationId: 'o1', orderId: 'o1' };
  const received = () => event('stock-85123A', 'StockReceived', { sku, quantity: 2 });

  it('holds of a history that is as it should be', () => {
    const reserved = () => event('stock-85123A', 'StockReserved', { ...reservation, quantity: 2 });
    expect(broken('inventory', [received(), reserved()])).toEqual([]);
  });

  it.each<[string, ShopService, () => readonly StoredEvent[]]>([
    [
      'stock stays possible',
      'inventory',
      () => [received(), event('stock-85123A', 'StockReserved', { ...reservation, quantity: 3 })],
    ],
    [
      'a key is applied once',
      'inventory',
      () => [received(), event('stock-85123A', 'StockReceived', { sku, quantity: 1 }, 'http:0')],
    ],
    [
      'a key is applied once',
      'inventory',
      () => [event('stock-85123A', 'StockReceived', { sku, quantity: 1 }, 'FulfilOrder:o1/reserve/85123A/do/0/2')],
    ],
    [
      'a stream only grows at its end',
      'inventory',
      () => [received(), { ...event('stock-85123A', 'StockReceived', { sku, quantity: 1 }), previousHash: 'x' }],
    ],
    [
      'an order that was sent stays sent',
      'order',
      () => [
        event('order-o1', 'OrderDrafted', { orderId: 'o1', customerId: 'c1', currency: 'GBP' }),
        event('order-o1', 'OrderShipped', { orderId: 'o1', carrier: 'x', trackingNumber: '1' }),
        event('order-o1', 'OrderCancelled', { orderId: 'o1', reason: 'late' }),
      ],
    ],
    [
      'nothing is undone after the pivot',
      'fulfilment',
      () => ['SagaStarted', 'PivotPassed', 'CompensationStarted'].map((type) => event('saga-FulfilOrder:o1', type, {})),
    ],
    [
      'a finished saga rests',
      'fulfilment',
      () => ['SagaStarted', 'SagaCompleted', 'CommandsIssued'].map((type) => event('saga-FulfilOrder:o1', type, {})),
    ],
  ])('%s', (invariant, service, events) => {
    expect(broken(service, events())).toContain(invariant);
  });
});
