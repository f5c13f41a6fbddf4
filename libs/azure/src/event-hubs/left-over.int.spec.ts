import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { createEventHubsEmulator } from '@daybook/event-hubs-emulator';
import { systemRuntime } from '@daybook/ports';
import { type Azurite, startAzurite } from './azurite.test-support.ts';
import { eventHubsConsumer } from './event-hubs-consumer.ts';
import { eventHubsProducer } from './event-hubs-producer.ts';

const runtime = systemRuntime();

describe('a consumer that starts under the name of one that died', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite.stop());

  it('has its partitions at once, long before their ownership would have run out', async () => {
    const [hub, group, owner] = ['things', 'readers', 'slot-1'];
    const emulator = createEventHubsEmulator({
      storage: ':memory:',
      hubs: [{ name: hub, partitions: 1, consumerGroups: [group] }],
    });
    const { connectionString } = await emulator.listen();
    const checkpoints = azurite.blobs.getContainerClient('left-over');
    await checkpoints.create();
    await new BlobCheckpointStore(checkpoints).claimOwnership([
      {
        fullyQualifiedNamespace: '127.0.0.1',
        eventHubName: hub,
        consumerGroup: group,
        ownerId: owner,
        partitionId: '0',
      },
    ]);
    const producer = eventHubsProducer({ connectionString, hub, runtime });
    await producer.send('0', [{ messageId: 'm', key: 'k', body: {} }]);
    const consumer = eventHubsConsumer({
      ...{ connectionString, hub, group, owner, runtime, checkpoints },
      loadBalancing: {
        strategy: 'greedy',
        updateIntervalInMs: 100,
        partitionOwnershipExpirationIntervalInMs: 60_000,
      },
    });
    const received = new Promise<string>((resolve) => {
      void consumer
        .subscribe({ onMessages: async ([message]) => resolve(message?.messageId ?? '') })
        .then((subscription) => {
          closing = () => subscription.close();
        });
    });
    let closing = async (): Promise<void> => undefined;
    expect(await received).toBe('m');
    await closing();
    await producer.close();
    await emulator.close();
  });
});
