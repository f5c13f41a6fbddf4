/**
 * Who may send to and receive from the hubs, as data: in Azure's own shape, so that the infrastructure code
 * (`Microsoft.Authorization/roleAssignments` at each hub) is made from it and the Event Hubs emulator checks the same roles.
 */

import { hubSenders } from './hub-senders.ts';
import { dataIdentities, type DataIdentity } from './roles.ts';
import { type HubName, hubs } from './topology.ts';

/** A `Microsoft.Authorization/roleAssignments` at a hub. */
export interface HubRoleAssignment {
  readonly roleDefinitionId: string;
  /** Object id of the identity in Entra ID. */
  readonly principalId: string;
  /** `/eventhubs/<hub>`, below the resource id of the namespace. */
  readonly scope: string;
}

/** The built-in roles that are used, by what they let: nothing less can be granted. */
export const hubRoles = {
  /** Azure Event Hubs Data Sender. */
  send: '2b629674-e913-4c01-ae53-ef4638d8f975',
  /** Azure Event Hubs Data Receiver. */
  receive: 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde',
} as const;

/** What may be done with a hub. */
export type HubRight = keyof typeof hubRoles;

/** One right of one identity at one hub. */
export interface HubGrant {
  readonly identity: DataIdentity;
  readonly hub: HubName;
  readonly right: HubRight;
}

/**
 * Every right. Who sends is named by {@link hubSenders}, who receives by the hub's consumer groups. Operators read every hub, as nobody's
 * consumer, to compare it with what is stored; they send nothing.
 */
export const hubGrants: readonly HubGrant[] = hubs.flatMap(({ name: hub, consumerGroups }) => [
  ...hubSenders[hub].map((identity) => ({ identity, hub, right: 'send' }) as const),
  ...[...consumerGroups, 'operator' as const].map((identity) => ({ identity, hub, right: 'receive' }) as const),
]);

/**
 * The roles of identities at the hubs.
 *
 * @param principals object ids in Entra ID; who is left out gets nothing
 */
export function hubRoleAssignments(
  principals: Readonly<Partial<Record<DataIdentity, string>>>,
): readonly HubRoleAssignment[] {
  return dataIdentities.flatMap((identity) => {
    const principalId = principals[identity];
    if (principalId === undefined) return [];
    return hubGrants
      .filter((grant) => grant.identity === identity)
      .map(({ hub, right }) => ({ roleDefinitionId: hubRoles[right], principalId, scope: `/eventhubs/${hub}` }));
  });
}
