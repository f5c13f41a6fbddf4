import {
  dataIdentities,
  type DataRoleAssignment,
  dataRoleAssignments,
  type DataRoleDefinition,
  dataRoleDefinitions,
} from '@daybook/contracts';

/** Roles as the Cosmos DB emulator's `--roles` takes them. */
export interface NamedRoles {
  readonly roleDefinitions: readonly DataRoleDefinition[];
  readonly roleAssignments: readonly DataRoleAssignment[];
}

/** The roles of all identities, each with its name for its object id: on Azure the infrastructure code puts in the real ones. */
export function namedRoles(): NamedRoles {
  const principals = Object.fromEntries(dataIdentities.map((identity) => [identity, identity]));
  return { roleDefinitions: dataRoleDefinitions, roleAssignments: dataRoleAssignments(principals) };
}
