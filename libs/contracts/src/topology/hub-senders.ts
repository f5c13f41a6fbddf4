import { participants, publishers, type ServiceName } from './services.ts';
import type { HubName } from './topology.ts';

/**
 * Whose identity may send to a hub; who may receive is named by the hub's consumer groups. Events go out by their own service, answers
 * and what starts a saga by every participant, commands by the orchestrator alone.
 */
export const hubSenders: Readonly<Record<HubName, readonly ServiceName[]>> = Object.fromEntries([
  ...publishers.map((service) => [`${service}-events`, [service]]),
  ['saga-inputs', participants],
  ...participants.map((service) => [`${service}-commands`, ['fulfilment']]),
]) as Record<HubName, readonly ServiceName[]>;
