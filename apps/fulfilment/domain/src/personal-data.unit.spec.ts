import { sagaScenario } from '@daybook/saga/testing';
import { fulfilOrder } from './fulfil-order/fulfil-order.ts';

const lines = [{ sku: '85123A', quantity: 2, unitPrice: 5 }];
const ordered = { orderId: 'o1', customerId: 'c1', currency: 'GBP', total: 10, payment: { token: 'tok' }, lines };
const sealed = { enc: 1, kid: 'kid.1', iv: 'iv', tag: 'tag', ct: 'ct' };

it.each([
  ['sealed', sealed],
  ['erased', { erased: true }],
])('an order whose address is %s is fulfilled like any other', (_, shipTo) => {
  const without = sagaScenario(fulfilOrder()).receives('OrderSubmitted', ordered);
  const withIt = sagaScenario(fulfilOrder()).receives('OrderSubmitted', { ...ordered, shipTo });
  expect(withIt.commands).toEqual(without.commands);
  expect(withIt.commands.length).toBeGreaterThan(0);
  expect(JSON.stringify(withIt.events)).not.toContain('shipTo');
});
