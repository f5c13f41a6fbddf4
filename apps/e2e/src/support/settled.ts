import { booksOf, type Shop } from '@daybook/replay';
import { readDeadLetters, type StoreEnv, verifyStores } from './stores.ts';
import type { Traffic } from './traffic.ts';

/** All orders have ended as their stories have it; nothing is open, lost or done twice; the stock adds up. */
export async function expectSettled(traffic: Traffic, shop: Shop, env: StoreEnv): Promise<void> {
  expect(traffic.failures).toEqual([]);
  const { findings, orders } = await verifyStores(env);
  expect(findings).toEqual([]);
  expect(orders.byProgress).toEqual({
    'in flight': 0,
    parked: 0,
    'waiting for shipment': 0,
    over: traffic.ended.length,
  });
  expect(await readDeadLetters(env)).toEqual([]);
  const books = booksOf(shop);
  for (const [sku, onHand] of traffic.expectedStock()) {
    expect({ sku, ...(await books.stock(sku)) }).toMatchObject({ sku, onHand, reserved: 0, available: onHand });
  }
}
