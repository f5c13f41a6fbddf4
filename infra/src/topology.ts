import {
  blobContainers,
  blobRoleAssignments,
  type BlobRoleDefinition,
  blobRoleDefinitions,
  type ContainerDefinition,
  containers,
  databaseName,
  type DataIdentity,
  dataIdentities,
  dataRoleAssignments,
  type DataRoleDefinition,
  dataRoleDefinitions,
  type HubGrant,
  hubGrants,
  hubs,
  namedPrincipals,
} from '@daybook/contracts';
import { containerRequest } from '@daybook/provision';

/** What Bicep makes resources of: the definitions that the code uses, as JSON. */
export interface Topology {
  readonly database: string;
  readonly containers: readonly {
    readonly name: string;
    readonly purpose: ContainerDefinition['purpose'];
    /** `properties.resource` of the container. */
    readonly resource: object;
  }[];
  readonly identities: readonly DataIdentity[];
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
  readonly hubGrants: readonly HubGrant[];
  readonly blobContainers: readonly string[];
  readonly blobRoles: readonly BlobRoleDefinition[];
  readonly blobGrants: readonly {
    readonly identity: DataIdentity;
    readonly roleDefinitionId: string;
    readonly container: string;
  }[];
}

/** Of the database and the hubs as the contracts have them. */
export function topology(): Topology {
  return {
    database: databaseName,
    containers: containers.map((definition) => ({
      name: definition.name,
      purpose: definition.purpose,
      resource: resourceOf(definition),
    })),
    identities: dataIdentities,
    roles: dataRoleDefinitions,
    grants: dataRoleAssignments(namedPrincipals).map(({ principalId, ...grant }) => ({
      identity: principalId as DataIdentity,
      ...grant,
    })),
    hubs,
    hubGrants,
    blobContainers,
    blobRoles: blobRoleDefinitions,
    blobGrants: blobRoleAssignments(namedPrincipals).map(({ principalId, ...grant }) => ({
      identity: principalId as DataIdentity,
      ...grant,
    })),
  };
}

/** As `tools/provision` creates it, in the words of the resource manager, which wants the kind of the partition key said. */
function resourceOf(definition: ContainerDefinition): object {
  const { partitionKey: _, ...rest } = containerRequest(definition);
  return { ...rest, partitionKey: { paths: [definition.partitionKey], kind: 'Hash', version: 2 } };
}

/** The file that `loadJsonContent` reads. */
export const topologyFile = 'bicep/generated/topology.json';

export const topologyText = (): string => `${JSON.stringify(topology(), undefined, 2)}\n`;
