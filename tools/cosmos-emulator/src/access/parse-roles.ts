import { isObject } from '../protocol/message.ts';
import type { RoleAssignment, RoleDefinition, Roles } from './roles.ts';
import { RolesInvalidError } from './roles.ts';

const list = (value: unknown, field: string): readonly unknown[] => {
  if (!Array.isArray(value)) throw new RolesInvalidError(`${field} must be an array.`);
  return value;
};

const texts = (value: unknown, field: string): readonly string[] =>
  list(value, field).map((each) => text(each, `each of ${field}`));

const text = (value: unknown, field: string): string => {
  if (typeof value !== 'string' || value === '') throw new RolesInvalidError(`${field} must be a text.`);
  return value;
};

const fields = (value: unknown, field: string): Readonly<Record<string, unknown>> => {
  if (!isObject(value)) throw new RolesInvalidError(`${field} must be an object.`);
  return value;
};

const definition = (value: unknown): RoleDefinition => {
  const { id, roleName, permissions, assignableScopes } = fields(value, 'each of roleDefinitions');
  return {
    id: text(id, 'id of a role definition'),
    roleName: text(roleName, 'roleName'),
    permissions: list(permissions, 'permissions').map((each) => {
      const permission = fields(each, 'each of permissions');
      return { ...permission, dataActions: texts(permission['dataActions'], 'dataActions') };
    }),
    assignableScopes: texts(assignableScopes, 'assignableScopes'),
  };
};

const assignment = (value: unknown): RoleAssignment => {
  const { roleDefinitionId, principalId, scope } = fields(value, 'each of roleAssignments');
  return {
    roleDefinitionId: text(roleDefinitionId, 'roleDefinitionId'),
    principalId: text(principalId, 'principalId'),
    scope: text(scope, 'scope of a role assignment'),
  };
};

/** Reads `{"roleDefinitions": […], "roleAssignments": […]}`. Throws {@link RolesInvalidError}, which names the field. */
export const parseRoles = (json: string): Roles => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new RolesInvalidError('The roles are not valid JSON.');
  }
  const { roleDefinitions = [], roleAssignments = [] } = fields(value, 'The roles');
  return {
    roleDefinitions: list(roleDefinitions, 'roleDefinitions').map(definition),
    roleAssignments: list(roleAssignments, 'roleAssignments').map(assignment),
  };
};
