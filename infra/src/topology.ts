import {
  blobContainers,
  blobRoleAssignments,
  type BlobRoleDefinition,
  blobRoleDefinitions,
  checkpointsContainer,
  type ContainerDefinition,
  containers,
  databaseName,
  type DataIdentity,
  dataIdentities,
  dataRoleAssignments,
  type DataRoleDefinition,
  dataRoleDefinitions,
  hubGrants,
  type HubName,
  type HubRight,
  hubs,
  namedPrincipals,
  type ServiceName,
  serviceNames,
} from '@daybook/contracts';
import { containerRequest } from '@daybook/provision';

/** As whom KEDA looks how much waits: at hubs and checkpoints, and at nothing else. */
const scaler = 'scaler' as const;
export type Identity = DataIdentity | typeof scaler;

/** What Bicep makes resources of: the definitions that the code uses, as JSON. */
export interface Topology {
  readonly services: readonly ServiceName[];
  readonly database: string;
  readonly containers: readonly {
    readonly name: string;
    readonly purpose: ContainerDefinition['purpose'];
    /** `properties.resource` of the container. */
    readonly resource: object;
  }[];
  readonly identities: readonly Identity[];
  readonly roles: readonly DataRoleDefinition[];
  readonly grants: readonly {
    readonly identity: DataIdentity;
    readonly roleDefinitionId: string;
    readonly scope: string;
  }[];
  readonly hubs: readonly {
    readonly name: string;
    readonly partitions: number;
    readonly consumerGroups: readonly string[];
  }[];
  readonly hubGrants: readonly {
    readonly identity: Identity;
    readonly hub: HubName;
    readonly right: HubRight;
  }[];
  readonly blobContainers: readonly string[];
  readonly blobRoles: readonly BlobRoleDefinition[];
  readonly blobGrants: readonly {
    readonly identity: Identity;
    readonly roleDefinitionId: string;
    readonly container: string;
  }[];
}

/** Of the database and the hubs as the contracts have them. */
export function topology(): Topology {
  return {
    services: serviceNames,
    database: databaseName,
    containers: containers.map((definition) => ({
      name: definition.name,
      purpose: definition.purpose,
      resource: resourceOf(definition),
    })),
    identities: [...dataIdentities, scaler],
    roles: dataRoleDefinitions,
    grants: dataRoleAssignments(namedPrincipals).map(({ principalId, ...grant }) => ({
      identity: principalId as DataIdentity,
      ...grant,
    })),
    hubs,
    hubGrants: [
      ...hubGrants,
      ...hubs
        .filter(({ consumerGroups }) => consumerGroups.length > 0)
        .map(({ name: hub }) => ({ identity: scaler, hub, right: 'receive' as const })),
    ],
    blobContainers,
    blobRoles: blobRoleDefinitions,
    blobGrants: [
      ...blobRoleAssignments(namedPrincipals).map(({ principalId, ...grant }) => ({
        identity: principalId as DataIdentity,
        ...grant,
      })),
      { identity: scaler, roleDefinitionId: blobReader().id, container: checkpointsContainer },
    ],
  };
}

/** The role of Blob storage that may read and nothing else. */
function blobReader(): BlobRoleDefinition {
  const reads = ({ permissions }: BlobRoleDefinition): boolean =>
    permissions.every(({ dataActions }) => dataActions.every((action) => action.endsWith('/read')));
  const role = blobRoleDefinitions.find(reads);
  if (role === undefined) throw new Error('no role of Blob storage only reads');
  return role;
}

/** As `tools/provision` creates it, in the words of the resource manager, which wants the kind of the partition key said. */
function resourceOf(definition: ContainerDefinition): object {
  const { partitionKey: _, ...rest } = containerRequest(definition);
  return { ...rest, partitionKey: { paths: [definition.partitionKey], kind: 'Hash', version: 2 } };
}

/** The file that `loadJsonContent` reads. */
export const topologyFile = 'bicep/generated/topology.json';

export const topologyText = (): string => `${JSON.stringify(topology(), undefined, 2)}\n`;
