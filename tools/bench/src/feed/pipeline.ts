import { BlobServiceClient } from '@azure/storage-blob';
import { cosmosClient, cosmosContainer, eventHubsConsumer, eventHubsProducer } from '@daybook/azure';
import { createFeedProcessor, type FeedProcessor } from '@daybook/change-feed';
import { EMULATOR_KEY } from '@daybook/cosmos-emulator';
import { emulatorConnectionString } from '@daybook/event-hubs-emulator';
import { createEventStore, type StoredEvent } from '@daybook/eventstore';
import { createRelay, eventRoute } from '@daybook/messaging';
import { type Container, systemRuntime } from '@daybook/ports';
import { createProjection, eventFeed, projectionHandler } from '@daybook/projections';
import type { Arrivals } from './arrivals.ts';

export interface PipelineOptions {
  readonly cosmos: string;
  readonly eventHubs: string;
  readonly blobs: string;
  readonly container: string;
  readonly readModel: Arrivals;
  readonly hub: Arrivals;
}

export interface Pipeline {
  readonly feeds: readonly FeedProcessor[];
  close(): Promise<void>;
}

export const hubName = 'inventory-events';
export const consumerGroup = 'bench';
const runtime = systemRuntime();
const blobAccount = 'devstoreaccount1';
/** The public key of every Azurite. */
const blobKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** What a service runs behind its events: a read model and the relay to its hub; and a consumer of that hub. */
export async function openPipeline(options: PipelineOptions): Promise<Pipeline> {
  const client = cosmosClient({ endpoint: options.cosmos, key: EMULATOR_KEY });
  const { database } = await client.databases.createIfNotExists({ id: 'bench' });
  const create = async (id: string): Promise<Container> =>
    cosmosContainer((await database.containers.createIfNotExists({ id, partitionKey: { paths: ['/id'] } })).container);
  const [leases, readModel] = [await create('feed-leases'), await create('feed-read-model')];
  const source = cosmosContainer(database.container(options.container)) as unknown as Container<StoredEvent>;
  const store = createEventStore({ container: source as unknown as Container, runtime });

  const projection = createProjection<{ notes: number }>({
    ...{ name: 'notes', readModel, streams: 'note-' },
    project: (before) => ({ notes: (before?.notes ?? 0) + 1 }),
    readStream: async (streamId, afterVersion) => (await store.read({ streamId, afterVersion })).events,
  });
  const project = projectionHandler([projection]);
  const connectionString = emulatorConnectionString(Number(options.eventHubs.split(':')[1]));
  const producer = eventHubsProducer({ connectionString, hub: hubName, runtime });
  const relay = createRelay({ route: eventRoute(hubName, 'inventory'), producers: () => producer });
  const onError = (error: unknown): void => console.error('bench: a feed failed:', error);
  const common = { source, leases, runtime, instance: runtime.newId(), onError, ...eventFeed };
  const feeds = [
    createFeedProcessor<StoredEvent>({
      ...{ ...common, name: 'read-models' },
      async handleKey(events, context) {
        await project(events, context);
        for (const event of events) options.readModel.arrived(event);
      },
    }),
    createFeedProcessor<StoredEvent>({ ...common, name: 'relay', handlePage: relay.handlePage }),
  ];
  for (const feed of feeds) await feed.start();

  const checkpoints = BlobServiceClient.fromConnectionString(
    `DefaultEndpointsProtocol=http;AccountName=${blobAccount};AccountKey=${blobKey};BlobEndpoint=${options.blobs}/${blobAccount};`,
  ).getContainerClient('checkpoints');
  await checkpoints.createIfNotExists();
  const consumer = eventHubsConsumer({
    ...{ connectionString, hub: hubName, group: consumerGroup, owner: 'bench', runtime, checkpoints },
  });
  const subscription = await consumer.subscribe({
    async onMessages(messages) {
      for (const { body } of messages) {
        const { subject, streamversion, data } = body as Readonly<Record<string, unknown>>;
        const event = { streamId: String(subject), version: Number(streamversion), data: data as StoredEvent['data'] };
        options.hub.arrived(event);
      }
    },
  });
  return {
    feeds,
    async close() {
      await Promise.all(feeds.map((feed) => feed.stop()));
      await subscription.close();
      await producer.close();
      client.dispose();
    },
  };
}
