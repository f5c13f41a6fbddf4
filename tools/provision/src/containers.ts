import { CosmosClient, type ContainerRequest, type IndexingPolicy } from '@azure/cosmos';
import { type ContainerDefinition, containers, databaseName } from '@daybook/contracts';

/** Creates the database and every container of the topology that is not there yet; returns how many there are. */
export async function provisionContainers(endpoint: string, key: string): Promise<number> {
  const client = new CosmosClient({ endpoint, key });
  try {
    const { database } = await client.databases.createIfNotExists({ id: databaseName });
    for (const definition of containers) await database.containers.createIfNotExists(containerRequest(definition));
    return containers.length;
  } finally {
    client.dispose();
  }
}

/** The container as Cosmos DB is asked for it. Where no TTL is set there is none at all: an event cannot carry its own end. */
export function containerRequest(definition: ContainerDefinition): ContainerRequest {
  const { name, partitionKey, uniqueKeys, indexed, ttlS } = definition;
  return {
    id: name,
    partitionKey: { paths: [partitionKey] },
    ...(uniqueKeys === undefined
      ? {}
      : { uniqueKeyPolicy: { uniqueKeys: uniqueKeys.map((path) => ({ paths: [path] })) } }),
    ...(ttlS === undefined ? {} : { defaultTtl: ttlS }),
    ...(indexed === undefined ? {} : { indexingPolicy: onlyIndexed(indexed) }),
  };
}

function onlyIndexed(paths: readonly string[]): IndexingPolicy {
  return {
    automatic: true,
    indexingMode: 'consistent',
    includedPaths: paths.map((path) => ({ path: `${path}/?` })),
    excludedPaths: [{ path: '/*' }],
  };
}
