import { fulfilOrderSagaId, returnOrderSagaId } from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import { cloudEventOf, type Route } from '@daybook/messaging';

/**
 * What of an order starts or concerns a saga without having been asked for by it: a fulfilment begins when an order is submitted, and
 * must learn of its cancellation and shipping; a return begins when it is requested.
 */
export const sagaRoute: Route = (event) => {
  const sagaId = sagaOf(event);
  return sagaId === undefined ? [] : [{ hub: 'saga-inputs', key: sagaId, message: cloudEventOf(event, 'order') }];
};

function sagaOf({ type, data }: StoredEvent): string | undefined {
  switch (type) {
    case 'OrderSubmitted':
    case 'OrderCancelled':
    case 'OrderShipped':
      return fulfilOrderSagaId(String(data['orderId']));
    case 'OrderReturnRequested':
      return returnOrderSagaId(String(data['returnId']));
    default:
      return undefined;
  }
}
