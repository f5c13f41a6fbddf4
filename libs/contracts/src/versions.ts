import type { ServiceName } from './topology/services.ts';

/**
 * The version of what each service promises to others: its HTTP, what it sends to hubs and what it takes from them. Semantic: a minor one
 * adds, a major one breaks. It is raised here, before the release; `npx nx run contracts:check` says when and to what.
 */
export const contractVersions: Readonly<Record<ServiceName, string>> = {
  order: '1.0.0',
  inventory: '1.0.0',
  payment: '1.0.0',
  fulfilment: '1.0.0',
};
