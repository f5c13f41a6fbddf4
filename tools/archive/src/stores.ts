import { existsSync } from 'node:fs';
import { azureBlobStore, cosmosClient, cosmosContainer } from '@daybook/azure';
import {
  archiveContainer,
  databaseName,
  type DataIdentity,
  eventsContainer,
  leasesContainer,
  type ServiceName,
  snapshotsContainer,
} from '@daybook/contracts';
import type { StoredEvent } from '@daybook/eventstore';
import { actAs, findRoot, resolveSettings, runningSystem, startSystem, trustStores } from '@daybook/local';
import { DefaultAzureCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';
import type { ServiceStores } from './archive-service.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Opens a service's stores: those of the environment, of the running system, or the data at rest, served meanwhile. Those of this machine
 * are opened as the identity.
 */
export async function withStores<T>(
  environment: Environment,
  service: ServiceName,
  identity: DataIdentity,
  task: (stores: ServiceStores) => Promise<T>,
): Promise<T> {
  const settings = resolveSettings(environment, findRoot(process.cwd()));
  if (!settings.emulators.cosmos) {
    trustStores(settings);
    return withClients(settings.env, service, task);
  }
  const running = await runningSystem(environment);
  if (running !== undefined) return withClients(actAs(running, identity), service, task);
  const { dataFolder } = settings;
  if (!existsSync(dataFolder)) {
    throw new Error(`there is no data in ${dataFolder} and no system is running; begin with npm start`);
  }
  const system = await startSystem({ dataFolder, ports: 'free', services: false, command: 'npm run archive' });
  try {
    return await withClients(actAs(system.settings, identity), service, task);
  } finally {
    await system.stop();
  }
}

async function withClients<T>(
  env: Environment,
  service: ServiceName,
  task: (stores: ServiceStores) => Promise<T>,
): Promise<T> {
  const key = env['COSMOS_KEY'];
  const client = cosmosClient({
    endpoint: env['COSMOS_ENDPOINT'] ?? '',
    ...(key === undefined ? { credential: new DefaultAzureCredential() } : { key }),
  });
  const database = client.database(databaseName);
  const connectionString = env['BLOB_CONNECTION_STRING'];
  const blobs =
    connectionString === undefined
      ? new BlobServiceClient(env['BLOB_ENDPOINT'] ?? '', new DefaultAzureCredential())
      : BlobServiceClient.fromConnectionString(connectionString);
  try {
    return await task({
      events: cosmosContainer<StoredEvent>(database.container(eventsContainer[service])),
      snapshots: cosmosContainer(database.container(snapshotsContainer(service))),
      leases: cosmosContainer(database.container(leasesContainer(service))),
      archive: azureBlobStore(blobs.getContainerClient(archiveContainer)),
    });
  } finally {
    client.dispose();
  }
}
