import { fulfilOrderSagaId, returnOrderSagaId } from '@daybook/contracts';
import { expectStatus, type Shop } from '../shop.ts';

export interface OrderBook {
  readonly status: string;
  readonly returns: readonly { readonly returnId: string; readonly completed: boolean }[];
  readonly version: number;
  readonly total: number;
  readonly reason?: string;
}
export interface StockBook {
  readonly onHand: number;
  readonly reserved: number;
  readonly available: number;
}
export interface PaymentBook {
  readonly status: string;
  readonly authorized: number;
  readonly captured: number;
  readonly refunded: number;
}

export interface Line {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: number;
}

/** What the services say about an order and its articles, through their HTTP. */
export interface OrderBooks {
  order(orderId: string): Promise<OrderBook>;
  /** Undefined when nothing was ever asked of the payment service. */
  payment(orderId: string): Promise<PaymentBook | undefined>;
  stock(sku: string): Promise<StockBook>;
  /** Status of the order's fulfilment; `none` before it has begun. */
  saga(orderId: string): Promise<string>;
  /** True once the fulfilment and every return of it have come to their end. */
  isOver(orderId: string): Promise<boolean>;
}

export function booksOf(shop: Shop): OrderBooks {
  const read = async (service: 'order' | 'inventory' | 'payment' | 'fulfilment', path: string): Promise<unknown> => {
    const answer = await shop.get(service, path);
    return answer.status === 404 ? undefined : expectStatus(answer, [200], path).body;
  };
  const sagaStatus = async (sagaId: string): Promise<string> =>
    ((await read('fulfilment', `/v1/sagas/${sagaId}`)) as { status: string } | undefined)?.status ?? 'none';
  const order = async (orderId: string): Promise<OrderBook> => {
    const found = (await read('order', `/v1/orders/${orderId}`)) as OrderBook | undefined;
    if (found === undefined) throw new Error(`there is no order ${orderId}`);
    return { ...found, returns: found.returns ?? [] };
  };
  return {
    order,
    payment: async (orderId) => (await read('payment', `/v1/payments/${orderId}`)) as PaymentBook | undefined,
    stock: async (sku) =>
      ((await read('inventory', `/v1/stock/${sku}`)) as StockBook | undefined) ?? {
        onHand: 0,
        reserved: 0,
        available: 0,
      },
    saga: (orderId) => sagaStatus(fulfilOrderSagaId(orderId)),
    async isOver(orderId) {
      if (!isEnd(await sagaStatus(fulfilOrderSagaId(orderId)))) return false;
      const { returns } = await order(orderId);
      const outcomes = await Promise.all(returns.map(({ returnId }) => sagaStatus(returnOrderSagaId(returnId))));
      return outcomes.every(isEnd);
    },
  };
}

const isEnd = (status: string): boolean => status === 'completed' || status === 'compensated';
