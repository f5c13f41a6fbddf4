import { fulfilOrder, fulfilmentDefinitions } from '@daybook/fulfilment-domain';
import { createSagaRegistry } from '@daybook/saga';
import { liveVersions } from './live-versions.ts';
import { fulfilmentService } from './test-support/fulfilment-service.ts';

const lines = [{ sku: '85123A', quantity: 6, unitPrice: 255 }];
const order = { orderId: 'o1', customerId: '1', currency: 'GBP', lines, total: 1530, payment: { token: 't' } };

/** A service with one saga in version 2, and the guard of one that has only version 1. */
async function opened() {
  const service = fulfilmentService();
  await service.tell('e1', 'OrderSubmitted', 'http:1', order, 2);
  await service.catchUp();
  const { list, runtime } = service;
  const guardOf = (definitions: Parameters<typeof createSagaRegistry>[0], broken?: { is: boolean }) =>
    liveVersions({
      list: { ...list, list: (query) => (broken?.is === true ? Promise.reject(new Error('away')) : list.list(query)) },
      registry: createSagaRegistry(definitions),
      runtime,
    });
  return { service, guardOf, runtime };
}

describe('a service', () => {
  it('is ready where every version that is alive is there', async () => {
    const { guardOf } = await opened();
    const guard = guardOf(fulfilmentDefinitions());
    expect(guard.check().healthy).toBe(false);
    await guard.start();
    expect(guard.check()).toEqual({ healthy: true });
    await guard.stop();
  });

  it('is not ready where one is missing, and names the sagas that need it', async () => {
    const { guardOf } = await opened();
    for (const definitions of [[fulfilOrder(undefined, 1)], []]) {
      const guard = guardOf(definitions);
      await guard.start();
      expect(guard.check()).toMatchObject({ healthy: false, detail: { missing: ['FulfilOrder:o1 (version 2)'] } });
      await guard.stop();
    }
  });

  it('looks again, and is ready once none of them is alive any more', async () => {
    const { service, guardOf, runtime } = await opened();
    const guard = guardOf([fulfilOrder(undefined, 1)]);
    await guard.start();
    await service.tell('e2', 'OrderCancelled', 'http:2', { orderId: 'o1', reason: 'changed my mind' });
    const released = { sku: '85123A', reservationId: 'o1', orderId: 'o1', quantity: 6 };
    await service.tell('e3', 'StockReservationReleased', 'FulfilOrder:o1/reserve/85123A/undo/0', released);
    await service.catchUp();
    await runtime.advance(61_000);
    expect(guard.check()).toEqual({ healthy: true });
    await guard.stop();
  });

  it('is not ready before the list could be read', async () => {
    const { guardOf, runtime } = await opened();
    const broken = { is: true };
    const guard = guardOf(fulfilmentDefinitions(), broken);
    await guard.start();
    expect(guard.check().healthy).toBe(false);
    broken.is = false;
    await runtime.advance(61_000);
    expect(guard.check().healthy).toBe(true);
    await guard.stop();
  });
});
