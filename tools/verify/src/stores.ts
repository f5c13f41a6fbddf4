import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  azureBlobStore,
  cosmosClient,
  cosmosContainer,
  eventHubsProducer,
  eventHubsReader,
  type HubConnection,
  keyVaultSigner,
} from '@daybook/azure';
import {
  anchorsContainer,
  archiveContainer,
  databaseName,
  deadLettersContainer,
  eachService,
  eventsContainer,
  type HubName,
  type ServiceName,
  snapshotsContainer,
} from '@daybook/contracts';
import { archivedContainer, fileSigner, type StoredEvent } from '@daybook/eventstore';
import {
  actAs,
  findRoot,
  resolveSettings,
  runningSystem,
  type Settings,
  startSystem,
  trustStores,
} from '@daybook/local';
import {
  type BlobStore,
  type Container,
  type HubProducer,
  type HubReader,
  type Signer,
  systemRuntime,
} from '@daybook/ports';
import { DefaultAzureCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';

/** The hubs that the events are published to. Connects when it is first used. */
export interface Hubs {
  reader(hub: HubName): HubReader;
  producer(hub: HubName): HubProducer;
}

/** Everything that is looked at. */
export interface Stores {
  readonly events: Readonly<Record<ServiceName, Container<StoredEvent>>>;
  readonly snapshots: Readonly<Record<ServiceName, Container>>;
  readonly deadLetters: Readonly<Record<ServiceName, Container>>;
  /** Absent where no hubs are named. */
  readonly hubs?: Hubs;
  /** Where anchors are kept. */
  readonly anchors: BlobStore;
  /** Opened at its first use: a key file is made when something is signed or checked with it. */
  readonly signer: Signer;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds the stores: those of the environment, of the running system, or the data at rest, served while it is looked at. Those of this
 * machine are opened as an operator, who only looks. By their keys instead: with `mayPublish`, because no identity may send to every hub, and
 * with ANCHOR_KEY, for which this process has to be whoever is signed in to Azure.
 */
export async function withStores<T>(
  environment: Environment,
  mayPublish: boolean,
  task: (stores: Stores) => Promise<T>,
): Promise<T> {
  const settings = resolveSettings(environment, findRoot(process.cwd()));
  const use = (env: Environment): Promise<T> => withClients({ ...env, ...anchorKey(environment) }, task);
  const byKey = (system: Settings): Promise<T> => {
    trustStores(system);
    return use(system.env);
  };
  const needsKeys = mayPublish || environment['ANCHOR_KEY'] !== undefined;
  const look = (system: Settings): Promise<T> => (needsKeys ? byKey(system) : use(actAs(system, 'operator')));
  if (!settings.emulators.cosmos) return byKey(settings);
  const running = await runningSystem(environment);
  if (running !== undefined) return look(running);
  if (!existsSync(settings.dataFolder)) {
    throw new Error(`there is no data in ${settings.dataFolder} and no system is running; begin with npm start`);
  }
  const system = await startSystem({
    dataFolder: settings.dataFolder,
    ports: 'free',
    services: false,
    command: 'npm run verify',
  });
  try {
    return await look(system.settings);
  } finally {
    await system.stop();
  }
}

async function withClients<T>(env: Environment, task: (stores: Stores) => Promise<T>): Promise<T> {
  const key = env['COSMOS_KEY'];
  const client = cosmosClient({
    endpoint: env['COSMOS_ENDPOINT'] ?? '',
    ...(key === undefined ? { credential: new DefaultAzureCredential() } : { key }),
  });
  const archive = azureBlobStore(blobService(env).getContainerClient(archiveContainer));
  const container = (service: ServiceName): Container<StoredEvent> =>
    archivedContainer(
      cosmosContainer<StoredEvent>(client.database(databaseName).container(eventsContainer[service])),
      archive,
    );
  const open = (nameOf: (service: ServiceName) => string): Readonly<Record<ServiceName, Container>> => {
    const one = (service: ServiceName): Container =>
      cosmosContainer(client.database(databaseName).container(nameOf(service)));
    return eachService(one);
  };
  const hubs = openHubs(env);
  try {
    return await task({
      ...(hubs === undefined ? {} : { hubs }),
      events: eachService(container),
      snapshots: open(snapshotsContainer),
      deadLetters: open(deadLettersContainer),
      anchors: azureBlobStore(blobService(env).getContainerClient(anchorsContainer)),
      signer: signerOf(env),
    });
  } finally {
    await hubs?.close();
    client.dispose();
  }
}

function openHubs(env: Environment): (Hubs & { close(): Promise<void> }) | undefined {
  const { EVENTHUBS_CONNECTION_STRING: connectionString, EVENTHUBS_NAMESPACE: namespace } = env;
  if (connectionString === undefined && namespace === undefined) return undefined;
  const connection: HubConnection =
    connectionString === undefined
      ? { fullyQualifiedNamespace: namespace ?? '', credential: new DefaultAzureCredential() }
      : { connectionString };
  const runtime = systemRuntime();
  const opened: { close(): Promise<void> }[] = [];
  const kept = <T extends { close(): Promise<void> }>(each: T): T => (opened.push(each), each);
  return {
    reader: (hub) => kept(eventHubsReader({ ...connection, hub, runtime })),
    producer: (hub) => kept(eventHubsProducer({ ...connection, hub, runtime })),
    async close() {
      await Promise.all(opened.map((each) => each.close()));
    },
  };
}

function blobService(env: Environment): BlobServiceClient {
  const connectionString = env['BLOB_CONNECTION_STRING'];
  if (connectionString !== undefined) return BlobServiceClient.fromConnectionString(connectionString);
  return new BlobServiceClient(env['BLOB_ENDPOINT'] ?? '', new DefaultAzureCredential());
}

const anchorKey = ({ ANCHOR_KEY }: Environment): Environment => (ANCHOR_KEY === undefined ? {} : { ANCHOR_KEY });

function signerOf(env: Environment): Signer {
  const key = env['ANCHOR_KEY'];
  let opened: Promise<Signer> | undefined;
  const open = (): Promise<Signer> =>
    (opened ??=
      key === undefined
        ? fileSigner(join(env['DAYBOOK_DATA'] ?? '.daybook', 'keys', 'anchors.pem'))
        : Promise.resolve(keyVaultSigner({ key, credential: new DefaultAzureCredential() })));
  return {
    sign: async (content) => (await open()).sign(content),
    verify: async (content, signature) => (await open()).verify(content, signature),
  };
}
