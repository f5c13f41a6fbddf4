import { idempotencyKeyOf } from '@daybook/contracts';
import type { PlannedAdjustment } from './plan.ts';
import { expectStatus, numberIn, type Shop, ShopError } from './shop.ts';

/**
 * Adjusts, by as much as the shop allows; returns what was moved. A command key that comes back as reused was carried out by an earlier
 * run with what was available then: the events say how much.
 */
export async function adjustStock(
  shop: Shop,
  key: string,
  { sku, quantity, line }: PlannedAdjustment,
): Promise<number> {
  const path = stockPath(sku, 'adjust');
  let wanted = quantity;
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    const answer = await shop.post(
      'inventory',
      path,
      { quantity: wanted, reason: `row ${line} of the trade file` },
      key,
    );
    if (answer.status === 200) return wanted;
    if (answer.status === 422) {
      const moved = await adjustedBefore(shop, sku, key);
      if (moved !== undefined) return moved;
      throw new ShopError(`the adjustment ${key} of ${sku} is said to be done, but is not in its events`);
    }
    if (answer.status === 409 && answer.body['code'] === 'insufficient-stock') {
      const available = numberIn(answer, 'available');
      if (available === 0) return 0;
      wanted = -available;
    } else expectStatus(answer, [200], `adjustment of row ${line}`);
  }
  throw new ShopError(`row ${line}: the stock of ${sku} would not stand still`);
}

/** What an earlier run of the same row moved; `undefined`: nothing, it was refused or never asked for. */
export async function adjustedBefore(shop: Shop, sku: string, key: string): Promise<number | undefined> {
  for (let after: unknown = 0; after !== undefined;) {
    const path = `${stockPath(sku, 'events')}?limit=500&after=${String(after)}`;
    const page = expectStatus(await shop.get('inventory', path), [200, 404], `events of ${sku}`);
    if (page.status === 404) return undefined;
    for (const event of page.body['items'] as { metadata: { commandKey: string }; data: { quantity: number } }[]) {
      if (idempotencyKeyOf(event.metadata.commandKey) === key) return event.data.quantity;
    }
    after = page.body['next'];
  }
  return undefined;
}

export function stockPath(sku: string, action?: string): string {
  return `/v1/stock/${encodeURIComponent(sku)}${action === undefined ? '' : `/${action}`}`;
}
