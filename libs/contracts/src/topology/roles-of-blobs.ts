/**
 * Who may do what in Blob storage, as data: in Azure's own shape, so that the infrastructure code (`Microsoft.Authorization`
 * role definitions and assignments at each container) is made from it. What was archived or anchored is written once: nobody has the
 * right to overwrite or delete it. The local emulator of Blob storage knows no roles, so these are not enforced on a laptop.
 */

import { dataIdentities, type DataIdentity } from './roles.ts';
import { eachService } from './services.ts';
import { anchorsContainer, archiveContainer, checkpointsContainer } from './topology.ts';

/** A custom role of `Microsoft.Authorization/roleDefinitions`. */
export interface BlobRoleDefinition {
  /** A GUID, the same in every subscription. */
  readonly id: string;
  readonly roleName: string;
  readonly description: string;
  readonly permissions: readonly { readonly actions: readonly string[]; readonly dataActions: readonly string[] }[];
}

/** A `Microsoft.Authorization/roleAssignments` at one container. */
export interface BlobRoleAssignment {
  readonly roleDefinitionId: string;
  /** Object id of the identity in Entra ID. */
  readonly principalId: string;
  /** Name of the container of blobs. */
  readonly container: string;
}

/** Every container of Blob storage. */
export const blobContainers = [checkpointsContainer, anchorsContainer, archiveContainer] as const;

type BlobContainer = (typeof blobContainers)[number];
type RoleName = 'reader' | 'recorder' | 'checkpoint-keeper';

const blobs = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs';
const [read, add, write] = [`${blobs}/read`, `${blobs}/add/action`, `${blobs}/write`];

const definitions: Readonly<Record<RoleName, BlobRoleDefinition>> = {
  reader: {
    id: 'da7b0000-0000-4000-8000-000000000101',
    roleName: 'Daybook blob reader',
    description: 'Reads and lists blobs.',
    permissions: [{ actions: [], dataActions: [read] }],
  },
  // `add` creates a blob where there is none; to overwrite one takes `write`.
  recorder: {
    id: 'da7b0000-0000-4000-8000-000000000102',
    roleName: 'Daybook blob recorder',
    description: 'Reads blobs and adds new ones. Overwrites and deletes none.',
    permissions: [{ actions: [], dataActions: [read, add] }],
  },
  'checkpoint-keeper': {
    id: 'da7b0000-0000-4000-8000-000000000103',
    roleName: 'Daybook checkpoint keeper',
    description: 'Reads and writes the ownership and checkpoint blobs of hubs.',
    permissions: [{ actions: [], dataActions: [read, add, write] }],
  },
};

/** Every role of Blob storage, for one subscription. */
export const blobRoleDefinitions: readonly BlobRoleDefinition[] = Object.values(definitions);

/** A service reads what was archived of its own, and of others': the container is one. What it may not see is encrypted in it. */
const ofService: Readonly<Partial<Record<BlobContainer, RoleName>>> = {
  [checkpointsContainer]: 'checkpoint-keeper',
  [archiveContainer]: 'reader',
};

const grants: Readonly<Record<DataIdentity, Readonly<Partial<Record<BlobContainer, RoleName>>>>> = {
  ...eachService(() => ofService),
  archiver: { [archiveContainer]: 'recorder' },
  // To list a subject's streams is to read their events, archived ones too.
  eraser: { [archiveContainer]: 'reader' },
  // Operators verify, and anchor what they verified: they can write no event.
  operator: { [checkpointsContainer]: 'reader', [anchorsContainer]: 'recorder', [archiveContainer]: 'reader' },
};

/**
 * The roles of identities at the containers of Blob storage.
 *
 * @param principals object ids in Entra ID; who is left out gets nothing
 */
export function blobRoleAssignments(
  principals: Readonly<Partial<Record<DataIdentity, string>>>,
): readonly BlobRoleAssignment[] {
  return dataIdentities.flatMap((identity) => {
    const principalId = principals[identity];
    if (principalId === undefined) return [];
    return blobContainers.flatMap((container) => {
      const role = grants[identity][container];
      return role === undefined ? [] : [{ roleDefinitionId: definitions[role].id, principalId, container }];
    });
  });
}
