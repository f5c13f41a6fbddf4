import type { Action } from './actions.ts';
import { actions, actionsOf } from './actions.ts';

/** A role definition as Azure has it (`sqlRoleDefinitions`). */
export interface RoleDefinition {
  /** A GUID, or a resource id that ends in one. */
  readonly id: string;
  readonly roleName: string;
  readonly permissions: readonly { readonly dataActions: readonly string[] }[];
  /** Where it may be assigned: `/`, `/dbs/x`, `/dbs/x/colls/y`, or these below the account's resource id. */
  readonly assignableScopes: readonly string[];
}

/** A role assignment as Azure has it (`sqlRoleAssignments`). */
export interface RoleAssignment {
  readonly roleDefinitionId: string;
  /** The object id (`oid`) of an identity. */
  readonly principalId: string;
  readonly scope: string;
}

/** Everything that identities may do with an account. */
export interface Roles {
  readonly roleDefinitions: readonly RoleDefinition[];
  readonly roleAssignments: readonly RoleAssignment[];
}

/** The roles cannot be used; `message` names the field. */
export class RolesInvalidError extends Error {
  readonly code = 'roles-invalid';

  constructor(message: string) {
    super(message);
    this.name = 'RolesInvalidError';
  }
}

/** Where something may be done. */
export interface Grant {
  /** '' for the account, `/dbs/x` or `/dbs/x/colls/y`. */
  readonly scope: string;
  readonly actions: ReadonlySet<Action>;
}

/** What each identity may do. */
export interface Grants {
  of(principalId: string): readonly Grant[];
}

const builtIn = (last: string, roleName: string, dataActions: readonly string[]): RoleDefinition => ({
  id: `00000000-0000-0000-0000-00000000000${last}`,
  roleName,
  permissions: [{ dataActions }],
  assignableScopes: ['/'],
});

const { readMetadata, readItem, executeQuery, readChangeFeed } = actions;
const containerActions = 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers';

/** The two roles that every account has. */
export const builtInRoles: readonly RoleDefinition[] = [
  builtIn('1', 'Cosmos DB Built-in Data Reader', [readMetadata, readItem, executeQuery, readChangeFeed]),
  builtIn('2', 'Cosmos DB Built-in Data Contributor', [
    readMetadata,
    `${containerActions}/*`,
    `${containerActions}/items/*`,
  ]),
];

/** `/`, or a resource id of the account, is ''; below it `/dbs/x` or `/dbs/x/colls/y`. */
const scopeOf = (text: string, field: string): string => {
  const relative = text.replace(/^\/subscriptions\/.*\/databaseAccounts\/[^/]+/i, '').replace(/\/$/, '');
  if (!/^(\/dbs\/[^/]+(\/colls\/[^/]+)?)?$/.test(relative)) {
    throw new RolesInvalidError(
      `${field}: ${JSON.stringify(text)} is not a scope. Use /, /dbs/<database> or /dbs/<database>/colls/<container>.`,
    );
  }
  return relative;
};

/** Whether what holds at `outer` holds at `inner` too. */
export const covers = (outer: string, inner: string): boolean => inner === outer || inner.startsWith(`${outer}/`);

const lastSegment = (id: string): string => (id.split('/').at(-1) ?? '').toLowerCase();

const grantedBy = (definition: RoleDefinition, field: string): ReadonlySet<Action> => {
  const granted = new Set<Action>();
  for (const permission of definition.permissions) {
    const extra = Object.keys(permission).find((name) => name !== 'dataActions');
    if (extra !== undefined) {
      throw new RolesInvalidError(`${field}.permissions: ${extra} is not supported by Cosmos DB. Use dataActions.`);
    }
    for (const entry of permission.dataActions) {
      const found = actionsOf(entry);
      if (found === undefined) {
        throw new RolesInvalidError(`${field}.permissions: ${JSON.stringify(entry)} is not a data action.`);
      }
      found.forEach((action) => granted.add(action));
    }
  }
  return granted;
};

/** Checks roles as Azure does when they are created, and prepares them for requests. Throws {@link RolesInvalidError}. */
export const createGrants = (roles: Roles | undefined): Grants => {
  const definitions = new Map<string, { readonly scopes: readonly string[]; readonly actions: ReadonlySet<Action> }>();
  for (const definition of [...builtInRoles, ...(roles?.roleDefinitions ?? [])]) {
    const field = `roleDefinitions ${JSON.stringify(definition.roleName)}`;
    const id = lastSegment(definition.id);
    if (definitions.has(id)) throw new RolesInvalidError(`${field}: the id ${id} is used twice.`);
    definitions.set(id, {
      scopes: definition.assignableScopes.map((scope) => scopeOf(scope, `${field}.assignableScopes`)),
      actions: grantedBy(definition, field),
    });
  }
  const grants = new Map<string, Grant[]>();
  for (const { roleDefinitionId, principalId, scope } of roles?.roleAssignments ?? []) {
    const field = `roleAssignments of ${principalId}`;
    const definition = definitions.get(lastSegment(roleDefinitionId));
    if (definition === undefined) throw new RolesInvalidError(`${field}: there is no role ${roleDefinitionId}.`);
    const at = scopeOf(scope, `${field}.scope`);
    if (!definition.scopes.some((assignable) => covers(assignable, at))) {
      throw new RolesInvalidError(`${field}: ${scope} is not within the role's assignableScopes.`);
    }
    grants.set(principalId, [...(grants.get(principalId) ?? []), { scope: at, actions: definition.actions }]);
  }
  return { of: (principalId) => grants.get(principalId) ?? [] };
};
