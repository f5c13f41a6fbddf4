import { serviceNames } from '../topology/services.ts';
import { openApiOf } from '../http/openapi.ts';

/** The documents as they are committed, by path in this project. */
export const openApiFiles = (): readonly { readonly path: string; readonly text: string }[] =>
  serviceNames.map((service) => ({
    path: `generated/openapi/${service}.json`,
    text: `${JSON.stringify(openApiOf(service), null, 2)}\n`,
  }));
