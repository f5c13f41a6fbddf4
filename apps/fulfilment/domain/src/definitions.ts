import type { SagaDefinition } from '@daybook/saga';
import { fulfilOrder } from './fulfil-order/fulfil-order.ts';
import { returnOrder } from './return-order/return-order.ts';
import { defaultTiming, type SagaTiming } from './timing.ts';

/** Every version of every saga that may still be running. */
export function fulfilmentDefinitions(timing: SagaTiming = defaultTiming): readonly SagaDefinition[] {
  return [fulfilOrder(timing, 1), fulfilOrder(timing), returnOrder(timing)];
}
