export { type CosmosConnection, cosmosClient } from './cosmos/cosmos-client.ts';
export { cosmosContainer } from './cosmos/cosmos-container.ts';
export type { HubConnection } from './event-hubs/connection.ts';
export { type EventHubsConsumerOptions, eventHubsConsumer } from './event-hubs/event-hubs-consumer.ts';
export { type EventHubsProducerOptions, eventHubsProducer } from './event-hubs/event-hubs-producer.ts';
export { type EventHubsReader, type EventHubsReaderOptions, eventHubsReader } from './event-hubs/event-hubs-reader.ts';
export { azureBlobStore } from './blob-storage/azure-blob-store.ts';
export { keyVaultSigner, type KeyVaultSignerOptions } from './key-vault/key-vault-signer.ts';
export { keyVaultKeyWrapper, type KeyVaultKeyWrapperOptions } from './key-vault/key-vault-key-wrapper.ts';
