// A process that has one identity and tries everything with it: node attempts.ts. The last line that it prints is what it could do.
import { CosmosClient } from '@azure/cosmos';
import type { Container } from '@azure/cosmos';
import { EventHubConsumerClient, EventHubProducerClient } from '@azure/event-hubs';
import { DefaultAzureCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';
import { checkpointsContainer, containers, databaseName, hubs } from '@daybook/contracts';
import { type Attempted, isRefused, plantedDocument, type Tried } from './attempted.ts';

const env = (name: string): string => process.env[name] ?? '';
const identity = env('AZURE_CLIENT_ID');
const credential = new DefaultAzureCredential();
// One try: a refusal is what is looked for.
const retryOptions = { maxRetries: 0, timeoutInMs: 10_000 };

/** True: it was let, false: it was refused. Whatever else goes wrong is thrown. */
async function tried(attempt: Promise<unknown>): Promise<boolean> {
  try {
    await attempt;
    return true;
  } catch (error) {
    if (isRefused(error)) return false;
    // Let, and not there.
    if ((error as { code?: unknown }).code === 404) return true;
    throw error;
  }
}

async function tryContainer(container: Container, definition: (typeof containers)[number]): Promise<Tried> {
  const planted = plantedDocument(definition, 'planted');
  const own = plantedDocument(definition, `by-${identity}`);
  const key = (document: typeof planted): string => document[definition.partitionKey.slice(1)] ?? '';
  const nothing = container.item('nothing', 'nothing');
  return {
    read: await tried(container.item(planted.id, key(planted)).read()),
    create: await tried(container.items.create(own)),
    replace: await tried(container.item(planted.id, key(planted)).replace(planted)),
    upsert: await tried(container.items.upsert(planted)),
    delete: await tried(nothing.delete()),
    query: await tried(container.items.query('SELECT * FROM c', { partitionKey: key(planted) }).fetchAll()),
  };
}

async function receive(hub: string, group: string): Promise<void> {
  const client = new EventHubConsumerClient(group, env('EVENTHUBS_NAMESPACE'), hub, credential, { retryOptions });
  const outcome = Promise.withResolvers<void>();
  const subscription = client.subscribe(
    '0',
    {
      processEvents: async (events) => void (events.length > 0 && outcome.resolve()),
      processError: async (error) => outcome.reject(error),
    },
    { startPosition: { offset: '-1' }, maxWaitTimeInSeconds: 1 },
  );
  await outcome.promise.finally(async () => {
    await subscription.close();
    await client.close();
  });
}

async function tryHub({ name, consumerGroups }: (typeof hubs)[number]): Promise<Tried> {
  const producer = new EventHubProducerClient(env('EVENTHUBS_NAMESPACE'), name, credential, { retryOptions });
  try {
    return {
      send: await tried(producer.sendBatch([{ body: `by ${identity}` }], { partitionId: '1' })),
      receive: await tried(receive(name, consumerGroups[0] ?? '$Default')),
      look: await tried(producer.getEventHubProperties()),
    };
  } finally {
    await producer.close();
  }
}

const cosmos = new CosmosClient({ endpoint: env('COSMOS_ENDPOINT'), aadCredentials: credential });
const database = cosmos.database(databaseName);
const inContainers: Record<string, Tried> = {};
for (const definition of containers) {
  inContainers[definition.name] = await tryContainer(database.container(definition.name), definition);
}
const atHubs: Record<string, Tried> = {};
for (const hub of hubs) atHubs[hub.name] = await tryHub(hub);
const blobs = new BlobServiceClient(env('BLOB_ENDPOINT'), credential).getContainerClient(checkpointsContainer);
const attempted: Attempted = {
  containers: inContainers,
  hubs: atHubs,
  makesContainers: await tried(database.containers.create({ id: `of-${identity}`, partitionKey: '/id' })),
  blobStorage: await tried(blobs.getProperties()),
};
console.log(JSON.stringify(attempted));
process.exit(0);
