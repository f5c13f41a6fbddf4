import { inventoryEndpoints } from '@daybook/contracts';
import { documented, serve } from '@daybook/service-kit/testing';
import { inventoryService } from '../test-support/inventory-service.ts';

it('every endpoint answers as its document says, with success and with a problem', async () => {
  const service = inventoryService();
  const client = documented(await serve(service.routes), inventoryEndpoints);
  try {
    for (const path of ['?limit=0', '?after=x', '/85123A', '/_', '/85123A/events'])
      await client.get(`/v1/stock${path}`);
    await client.post('/v1/stock/receipts', { items: [] });
    await client.post('/v1/stock/85123A/receive', { quantity: 0 });
    await client.post('/v1/stock/POST/receive', { quantity: 1 });
    await client.post('/v1/stock/85123A/adjust', { quantity: -1, reason: 'found broken' });

    const items = [
      { sku: '85123A', quantity: 6 },
      { sku: '71053', quantity: 1 },
    ];
    await client.post('/v1/stock/receipts', { items }, { 'Idempotency-Key': 'k1' });
    await client.post('/v1/stock/receipts', { items: items.slice(1) }, { 'Idempotency-Key': 'k2', 'If-Match': '"9"' });
    await client.post('/v1/stock/85123A/receive', { quantity: 1 });
    await client.post('/v1/stock/85123A/receive', { quantity: 1 }, { 'If-Match': '"9"' });
    await service.reserve('85123A', 'o1', 2);
    await client.post('/v1/stock/85123A/adjust', { quantity: -1, reason: 'found broken' });
    await client.post('/v1/stock/85123A/adjust', { quantity: -100, reason: 'found broken' });
    await client.get('/v1/stock/85123A');
    await client.get('/v1/stock/85123A?asOf=1');
    await client.get('/v1/stock/85123A?asOf=99');
    await client.get('/v1/stock/85123A/events?limit=1');
    await service.catchUp();
    await client.get('/v1/stock?limit=1');
    await client.get('/v1/stock?below=5');
    expect(client.undriven()).toEqual({ success: [], problem: [] });
  } finally {
    await client.close();
  }
});
