import type { ServiceName } from '../topology/services.ts';
import type { Endpoint } from './endpoint.ts';
import { fulfilmentEndpoints } from './fulfilment-endpoints.ts';
import { inventoryEndpoints } from './inventory-endpoints.ts';
import { commonEndpoints } from './operator-endpoints.ts';
import { orderEndpoints } from './order-endpoints.ts';
import { paymentEndpoints } from './payment-endpoints.ts';

/** The endpoints of every service: who may use them, what they take and what they answer. */
export const endpoints: Readonly<Record<ServiceName, readonly Endpoint[]>> = {
  order: [...orderEndpoints, ...commonEndpoints],
  inventory: [...inventoryEndpoints, ...commonEndpoints],
  payment: [...paymentEndpoints, ...commonEndpoints],
  fulfilment: [...fulfilmentEndpoints, ...commonEndpoints],
};
