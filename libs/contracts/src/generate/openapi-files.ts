import type { ServiceName } from '../topology/topology.ts';
import { openApiOf } from '../http/openapi.ts';

const services: readonly ServiceName[] = ['order', 'inventory', 'payment', 'fulfilment'];

/** The documents as they are committed, by path in this project. */
export const openApiFiles = (): readonly { readonly path: string; readonly text: string }[] =>
  services.map((service) => ({
    path: `generated/openapi/${service}.json`,
    text: `${JSON.stringify(openApiOf(service), null, 2)}\n`,
  }));
