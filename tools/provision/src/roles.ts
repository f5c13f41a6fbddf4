import {
  type DataRoleAssignment,
  dataRoleAssignments,
  type DataRoleDefinition,
  dataRoleDefinitions,
  type HubRoleAssignment,
  hubRoleAssignments,
  namedPrincipals,
} from '@daybook/contracts';

/** Roles as the Cosmos DB emulator's `--roles` takes them. */
export interface NamedRoles {
  readonly roleDefinitions: readonly DataRoleDefinition[];
  readonly roleAssignments: readonly DataRoleAssignment[];
}

/** The roles of all identities, each with its name for its object id: on Azure the infrastructure code puts in the real ones. */
export const namedRoles = (): NamedRoles => ({
  roleDefinitions: dataRoleDefinitions,
  roleAssignments: dataRoleAssignments(namedPrincipals),
});

/** The same at the hubs, as the Event Hubs emulator's `--roles` takes them. */
export const namedHubRoles = (): { readonly roleAssignments: readonly HubRoleAssignment[] } => ({
  roleAssignments: hubRoleAssignments(namedPrincipals),
});
