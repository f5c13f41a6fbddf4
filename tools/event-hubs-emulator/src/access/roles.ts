import { EmulatorConfigError, isObject, sameName } from '../config.ts';

/** A role assignment as Azure has it (`Microsoft.Authorization/roleAssignments`). */
export interface RoleAssignment {
  /** The id of one of the three roles for the data of Event Hubs, or a resource id that ends in it. */
  readonly roleDefinitionId: string;
  /** The object id (`oid`) of an identity. */
  readonly principalId: string;
  /**
   * `/` for the namespace, `/eventhubs/<hub>` or `/eventhubs/<hub>/consumergroups/<group>`, also below the resource id of the namespace; the
   * ids of what is above a namespace (subscription, resource group) are good for it, too.
   */
  readonly scope: string;
}

/** Everything that identities may do with a namespace. */
export interface HubRoles {
  readonly roleAssignments: readonly RoleAssignment[];
}

/** What is asked for, in the service's word: events are sent, or listened to. */
export type Right = 'Send' | 'Listen';

/** Where a right is asked for. */
export interface Place {
  readonly hub: string;
  readonly consumerGroup?: string | undefined;
}

/** What identities may do. */
export interface Rights {
  has(principalId: string, right: Right, place: Place): boolean;
  /** Whether it may see the properties of a hub: whoever may do anything with it does. */
  sees(principalId: string, hub: string): boolean;
}

/** The built-in roles with a right to data. There are no data actions for less than all that is sent or received at a scope. */
const rightsOfRole: Readonly<Record<string, readonly Right[]>> = {
  // Azure Event Hubs Data Owner
  'f526a384-b230-433a-a5f7-c6cbd3c2e2c6': ['Send', 'Listen'],
  // Azure Event Hubs Data Sender
  '2b629674-e913-4c01-ae53-ef4638d8f975': ['Send'],
  // Azure Event Hubs Data Receiver
  'a638d3c7-ab3a-418d-83e6-5f17a39d4fde': ['Listen'],
};

interface Grant {
  readonly rights: readonly Right[];
  /** Absent: the namespace. */
  readonly hub: string | undefined;
  readonly consumerGroup: string | undefined;
}

const namespacePattern =
  /^\/subscriptions\/[^/]+(\/resourceGroups\/[^/]+(\/providers\/Microsoft\.EventHub\/namespaces\/[^/]+)?)?/i;
const scopePattern = /^(?:\/eventhubs\/([^/]+)(?:\/consumergroups\/([^/]+))?)?$/i;

function placeOf(scope: string, field: string): Omit<Grant, 'rights'> {
  const found = scopePattern.exec(scope.replace(namespacePattern, '').replace(/\/$/, ''));
  if (found !== null) return { hub: found[1], consumerGroup: found[2] };
  throw new EmulatorConfigError(
    `${field}: ${JSON.stringify(scope)} is not a scope. Use /, /eventhubs/<hub> or /eventhubs/<hub>/consumergroups/<group>`,
  );
}

/** Checks roles and prepares them for links. Throws {@link EmulatorConfigError}. */
export function createRights(roles: HubRoles | undefined): Rights {
  const grants = new Map<string, Grant[]>();
  for (const { roleDefinitionId, principalId, scope } of roles?.roleAssignments ?? []) {
    const field = `roleAssignments of ${principalId}`;
    const rights = rightsOfRole[(roleDefinitionId.split('/').at(-1) ?? '').toLowerCase()];
    if (rights === undefined) {
      const known = Object.keys(rightsOfRole).join(', ');
      throw new EmulatorConfigError(`${field}: ${roleDefinitionId} is no role for events. There are ${known}`);
    }
    grants.set(principalId, [...(grants.get(principalId) ?? []), { rights, ...placeOf(scope, `${field}.scope`) }]);
  }
  const at = (principalId: string, hub: string): readonly Grant[] =>
    (grants.get(principalId) ?? []).filter((grant) => grant.hub === undefined || sameName(grant.hub, hub));
  return {
    has: (principalId, right, { hub, consumerGroup }) =>
      at(principalId, hub).some(
        (grant) =>
          grant.rights.includes(right) &&
          (grant.consumerGroup === undefined ||
            (consumerGroup !== undefined && sameName(grant.consumerGroup, consumerGroup))),
      ),
    sees: (principalId, hub) => at(principalId, hub).length > 0,
  };
}

/** Reads `{"roleAssignments": […]}`. Throws {@link EmulatorConfigError}, which names the field. */
export function parseRoles(json: string): HubRoles {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new EmulatorConfigError('The roles are not JSON');
  }
  const assignments = isObject(value) ? value['roleAssignments'] : undefined;
  if (!Array.isArray(assignments)) throw new EmulatorConfigError('roleAssignments must be an array');
  return {
    roleAssignments: assignments.map((each: unknown) => ({
      roleDefinitionId: text(each, 'roleDefinitionId'),
      principalId: text(each, 'principalId'),
      scope: text(each, 'scope'),
    })),
  };
}

function text(assignment: unknown, field: string): string {
  const value = isObject(assignment) ? assignment[field] : undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw new EmulatorConfigError(`${field} of a role assignment must be a text`);
}
