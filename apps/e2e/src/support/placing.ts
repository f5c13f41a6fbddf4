import { randomUUID } from 'node:crypto';
import { booksOf, expectStatus, type Line, type OrderBooks, type Shop, until } from '@daybook/replay';

/** Short words for what order specs do. */
export interface Placing {
  readonly books: OrderBooks;
  /** A new article with so many pieces on hand. */
  article(pieces: number): Promise<string>;
  line(sku: string, quantity: number, unitPrice?: number): Line;
  /** Places an order; its id. */
  place(lines: readonly Line[], token?: string): Promise<string>;
  /** Waits for a status of the order. */
  becomes(orderId: string, status: string, timeoutMs?: number): Promise<void>;
  /** Waits until nothing is left open of the order; its status then. */
  over(orderId: string, timeoutMs?: number): Promise<string>;
  /** Something done to the order; the answer's status. */
  does(orderId: string, action: 'cancel' | 'ship' | 'deliver'): Promise<number>;
  returns(orderId: string, lines: readonly { readonly sku: string; readonly quantity: number }[]): Promise<number>;
}

const bodies = {
  cancel: { reason: 'changed my mind' },
  ship: { carrier: 'Royal Mail', trackingNumber: 'RM123456785GB' },
  deliver: {},
};

export function placing(shop: Shop): Placing {
  const books = booksOf(shop);
  let articles = 0;
  let orders = 0;
  return {
    books,
    async article(pieces) {
      const sku = String(20_000 + (articles += 1));
      const answer = await shop.post('inventory', `/v1/stock/${sku}/receive`, { quantity: pieces }, `receive:${sku}`);
      expectStatus(answer, [200], sku);
      return sku;
    },
    line: (sku, quantity, unitPrice = 255) => ({ sku, quantity, unitPrice }),
    async place(lines, token = 'tok_approve') {
      const orderId = `order-${(orders += 1)}`;
      const body = { orderId, customerId: 'c-1', currency: 'GBP', lines, payment: { token } };
      expectStatus(await shop.post('order', '/v1/orders', body, randomUUID()), [202], orderId);
      return orderId;
    },
    becomes: (orderId, status, timeoutMs = 20_000) =>
      until(`${orderId} to be ${status}`, async () => (await books.order(orderId)).status === status, { timeoutMs }),
    async over(orderId, timeoutMs = 20_000) {
      await until(`${orderId} to be over`, () => books.isOver(orderId), { timeoutMs });
      return (await books.order(orderId)).status;
    },
    does: async (orderId, action) =>
      (await shop.post('order', `/v1/orders/${orderId}/${action}`, bodies[action], randomUUID())).status,
    returns: async (orderId, lines) =>
      (await shop.post('order', `/v1/orders/${orderId}/returns`, { lines, reason: 'wrong colour' }, randomUUID()))
        .status,
  };
}
