import { orderEndpoints } from '@daybook/contracts';
import { documented, serve } from '@daybook/service-kit/testing';
import { orderService } from '../test-support/order-service.ts';

const lines = [{ sku: '85123A', description: 'WHITE HANGING HEART', quantity: 6, unitPrice: 255 }];
const shipTo = { name: 'Ann', country: 'United Kingdom' };
const order = { customerId: '17850', currency: 'GBP', lines, payment: { token: 'tok_approve' }, shipTo };
const reason = 'changed my mind';

it('every endpoint answers as its document says, with success and with a problem', async () => {
  const service = orderService();
  const client = documented(await serve(service.routes), orderEndpoints);
  const actor = { 'X-Actor': 'operator:ann' };
  const key = { 'Idempotency-Key': 'k1' };
  try {
    // Of an order that is not there, and what is not allowed.
    await client.post('/v1/orders', { ...order, lines: [] });
    for (const query of ['limit=0', 'status=lost', 'after=x']) await client.get(`/v1/orders?${query}`);
    for (const path of ['', '/summary', '/events']) await client.get(`/v1/orders/o9${path}`);
    await client.post('/v1/orders/o9/cancel', { reason });
    await client.post('/v1/orders/o9/ship', { carrier: 'Royal Mail', trackingNumber: 'RM1' });
    await client.post('/v1/orders/o9/deliver');
    await client.post('/v1/orders/o9/returns', { lines: [{ sku: '85123A', quantity: 1 }], reason });
    await client.get('/v1/customers/17850/orders?limit=0');
    await client.get('/v1/customers/_x/totals');
    await client.get('/v1/reports/sales?from=yesterday');
    await client.post('/v1/subjects/17850/erase', { reason });
    await client.post('/v1/subjects/nobody/erase', { reason }, actor);

    // A draft.
    await client.post('/v1/orders/drafts', { customerId: '17850', currency: 'pounds' });
    await client.post('/v1/orders/drafts', { orderId: 'd1', customerId: '17850', currency: 'GBP' });
    await client.post('/v1/orders/d1/submit', { payment: order.payment });
    await client.delete('/v1/orders/d1/lines/85123A');
    await client.post('/v1/orders/d1/lines', { ...lines[0], quantity: 0 });
    await client.post('/v1/orders/d1/lines', lines[0]);
    await client.post('/v1/orders/d1/lines', { ...lines[0], sku: '71053' });
    await client.delete('/v1/orders/d1/lines/71053');
    await client.post('/v1/orders/d1/submit', { payment: order.payment, shipTo });

    // Orders in every status.
    await client.post('/v1/orders', { ...order, orderId: 'o1' }, key);
    await client.post('/v1/orders', { ...order, orderId: 'o1' }, key);
    await client.post('/v1/orders', { ...order, orderId: 'o1', currency: 'EUR' }, key);
    await client.post('/v1/orders', { ...order, orderId: 'o1' });
    await client.post('/v1/orders/o1/ship', { carrier: 'Royal Mail', trackingNumber: 'RM1' });
    await client.post('/v1/orders', { ...order, orderId: 'o2' });
    await client.post('/v1/orders/o2/cancel', { reason }, { 'If-Match': '"1"' });
    await client.post('/v1/orders/o2/cancel', { reason });
    await client.get('/v1/orders/o2');
    await service.send('o1', { type: 'ConfirmOrder', data: { orderId: 'o1' } });
    await client.post('/v1/orders/o1/ship', { carrier: 'Royal Mail', trackingNumber: 'RM1' });
    await client.post('/v1/orders/o1/cancel', { reason });
    await client.post('/v1/orders/o1/deliver');
    await client.post('/v1/orders/o1/returns', { lines: [{ sku: '85123A', quantity: 7 }], reason });
    await client.post('/v1/orders/o1/returns', { lines: [{ sku: '85123A', quantity: 1 }], reason });
    await client.get('/v1/orders/o1?asOf=2');
    await client.get('/v1/orders/o1?asOf=99');
    await client.get('/v1/orders/o1/events?limit=2', actor);

    await service.catchUp();
    await client.get('/v1/orders?limit=1');
    await client.get('/v1/orders/o1/summary');
    await client.get('/v1/customers/17850/orders');
    await client.get('/v1/customers/17850/totals');
    await client.get('/v1/reports/sales');
    await client.post('/v1/subjects/17850/erase', { reason }, actor);
    expect(client.undriven()).toEqual({ success: [], problem: [] });
  } finally {
    await client.close();
    service.close();
  }
});
