import { paymentEndpoints } from '@daybook/contracts';
import { documented, serve } from '@daybook/service-kit/testing';
import { authorizeWith, capturePayment, paymentService } from '../test-support/payment-service.ts';

it('every endpoint answers as its document says, with success and with a problem', async () => {
  const service = paymentService();
  const client = documented(await serve(service.routes), paymentEndpoints);
  const refund = { amount: 400, reason: 'broken' };
  try {
    for (const path of ['?limit=0', '?after=x', '/o1', '/_', '/o1/events']) await client.get(`/v1/payments${path}`);
    await client.post('/v1/payments/o1/refunds', refund);

    await service.send('o1', authorizeWith('tok_approve'), 'k1');
    await service.feed('o1');
    await client.get('/v1/payments/o1');
    await client.post('/v1/payments/o1/refunds', refund);
    await service.send('o1', capturePayment, 'k2');
    await service.feed('o1');
    await client.post('/v1/payments/o1/refunds', refund, { 'Idempotency-Key': 'k1' });
    await client.post('/v1/payments/o1/refunds', refund, { 'Idempotency-Key': 'k1' });
    await client.post('/v1/payments/o1/refunds', { ...refund, amount: 1 }, { 'Idempotency-Key': 'k1' });
    await client.post('/v1/payments/o1/refunds', { ...refund, amount: 501 });
    await client.get('/v1/payments/o1?asOf=2');
    await client.get('/v1/payments/o1?asOf=99');
    await client.get('/v1/payments/o1/events?limit=1');
    await service.catchUp();
    await client.get('/v1/payments');
    await client.get('/v1/payments?orderId=o1');
    expect(client.undriven()).toEqual({ success: [], problem: [] });
  } finally {
    await client.close();
  }
});
