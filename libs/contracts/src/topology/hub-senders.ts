import type { HubName, ServiceName } from './topology.ts';

/**
 * Whose identity may send to a hub; who may receive is named by the hub's consumer groups. Events go out by their own service, answers
 * and what starts a saga by every participant, commands by the orchestrator alone.
 */
export const hubSenders: Readonly<Record<HubName, readonly ServiceName[]>> = {
  'order-events': ['order'],
  'inventory-events': ['inventory'],
  'payment-events': ['payment'],
  'saga-inputs': ['order', 'inventory', 'payment'],
  'order-commands': ['fulfilment'],
  'inventory-commands': ['fulfilment'],
  'payment-commands': ['fulfilment'],
};
