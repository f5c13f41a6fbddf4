import { setTimeout as sleep } from 'node:timers/promises';
import { expectStatus, type Shop, ShopError } from '@daybook/replay';
import { type Scenario, unitPrice } from './scenarios.ts';

const settleMs = 30_000;

/** Plays a scenario to its end. @throws ShopError where it ends otherwise than it should */
export async function play(shop: Shop, scenario: Scenario, sku: string): Promise<void> {
  const { orderId, onHand, quantity, token } = scenario;
  expectStatus(
    await shop.post('inventory', `/v1/stock/${sku}/receive`, { quantity: onHand }, `${orderId}:receive`),
    [200],
    'receipt',
  );
  const opening = { orderId, customerId: 'c-17850', currency: 'GBP' };
  const line = { sku, description: 'WHITE HANGING HEART T-LIGHT HOLDER', quantity, unitPrice };
  const payment = { token };
  const requests: readonly (readonly [string, object])[] =
    scenario.drafted === true
      ? [
          ['/v1/orders/drafts', opening],
          [`/v1/orders/${orderId}/lines`, line],
          [`/v1/orders/${orderId}/submit`, { payment }],
        ]
      : [['/v1/orders', { ...opening, lines: [line], payment }]];
  for (const [path, body] of requests) {
    expectStatus(await shop.post('order', path, body, `${orderId}:${path}`), [200, 201, 202], path);
  }
  for (const { at, action } of scenario.then ?? []) {
    await until(
      `${orderId} to be ${at}`,
      async () => (await shop.get('order', `/v1/orders/${orderId}`)).body['status'] === at,
    );
    const bodies = {
      cancel: { reason: 'changed my mind' },
      ship: { carrier: 'Royal Mail', trackingNumber: 'RM123456785GB' },
      deliver: {},
      returns: { lines: [{ sku, quantity: 2 }], reason: 'the wrong colour' },
    };
    const answer = await shop.post('order', `/v1/orders/${orderId}/${action}`, bodies[action], `${orderId}:${action}`);
    expectStatus(answer, [200, 202], action);
  }
  await until(`${orderId} to end as ${scenario.ends.order}`, async () => isAtEnd(shop, scenario, sku));
}

async function isAtEnd(shop: Shop, { orderId, ends }: Scenario, sku: string): Promise<boolean> {
  const order = (await shop.get('order', `/v1/orders/${orderId}`)).body;
  const payment = await shop.get('payment', `/v1/payments/${orderId}`);
  const stock = (await shop.get('inventory', `/v1/stock/${sku}`)).body;
  const paid = payment.status === 200 ? payment.body : { status: undefined, captured: 0, refunded: 0 };
  return (
    order['status'] === ends.order &&
    paid['status'] === ends.payment &&
    paid['captured'] === ends.captured &&
    paid['refunded'] === ends.refunded &&
    stock['onHand'] === ends.onHand &&
    stock['reserved'] === ends.reserved
  );
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + settleMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new ShopError(`waited ${settleMs / 1000} s for ${what}`);
    await sleep(100);
  }
}
