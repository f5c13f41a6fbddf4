import {
  azureBlobStore,
  cosmosClient,
  cosmosContainer,
  eventHubsConsumer,
  eventHubsProducer,
  type HubConnection,
  keyVaultKeyWrapper,
} from '@daybook/azure';
import { checkpointsContainer, type HubName } from '@daybook/contracts';
import { fileKeyWrapper } from '@daybook/eventstore';
import type { BlobStore, Container, HubConsumer, HubProducer, KeyWrapper, Runtime } from '@daybook/ports';
import { DefaultAzureCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';
import { SettingError, type Settings } from './config/settings.ts';

/** The stores and hubs that a service works with, by name. */
export interface Platform {
  container(name: string): Container;
  /** A container of Blob storage. Nothing is asked of it before it is used. */
  blobs(name: string): BlobStore;
  /** One producer per hub: asked twice, it is the same. */
  producer(hub: HubName): HubProducer;
  consumer(hub: HubName, group: string): HubConsumer;
  /** Wraps the keys of subjects. @throws SettingError where the settings name nothing */
  keyWrapper(): KeyWrapper;
  close(): Promise<void>;
}

/** The platform on the real SDKs, against Azure or the emulators as the settings say. */
export function azurePlatform(settings: Settings, runtime: Runtime): Platform {
  const credential = lazily(() => new DefaultAzureCredential());
  const { endpoint, key, database } = settings.cosmos;
  const cosmos = cosmosClient({ endpoint, ...(key === undefined ? { credential: credential() } : { key }) });
  const connection: HubConnection =
    'connectionString' in settings.eventHubs ? settings.eventHubs : { ...settings.eventHubs, credential: credential() };
  const blobs =
    'connectionString' in settings.blob
      ? BlobServiceClient.fromConnectionString(settings.blob.connectionString)
      : new BlobServiceClient(settings.blob.endpoint, credential());
  const producers = new Map<HubName, HubProducer>();
  return {
    container: (name) => cosmosContainer(cosmos.database(database).container(name)),
    blobs: (name) => azureBlobStore(blobs.getContainerClient(name)),
    producer(hub) {
      const known = producers.get(hub);
      if (known !== undefined) return known;
      const producer = eventHubsProducer({ ...connection, hub, runtime });
      producers.set(hub, producer);
      return producer;
    },
    consumer: (hub, group) =>
      eventHubsConsumer({
        ...connection,
        hub,
        group,
        owner: settings.instanceId,
        runtime,
        checkpoints: blobs.getContainerClient(checkpointsContainer),
      }),
    keyWrapper() {
      const { keyWrapping } = settings;
      if (keyWrapping === undefined) {
        throw new SettingError(
          'KEY_VAULT_KEY',
          'name the key that wraps the keys of personal data, https://<vault>/keys/<name>',
        );
      }
      return 'file' in keyWrapping
        ? fileKeyWrapper(keyWrapping.file)
        : keyVaultKeyWrapper({ key: keyWrapping.keyVaultKey, credential: credential() });
    },
    async close() {
      await Promise.all([...producers.values()].map((producer) => producer.close()));
      cosmos.dispose();
    },
  };
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
