import type { Checkpoint } from '@azure/event-hubs';
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { createEventHubsEmulator } from '@daybook/event-hubs-emulator';
import { type HubSubscription, type ReceivedMessage, systemRuntime } from '@daybook/ports';
import { type Azurite, startAzurite } from './azurite.test-support.ts';
import { eventHubsConsumer } from './event-hubs-consumer.ts';
import { eventHubsProducer } from './event-hubs-producer.ts';

const runtime = systemRuntime();
const [hub, group] = ['things', 'readers'];
const namespace = '127.0.0.1';

describe('partitions', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite.stop());

  const start = async () => {
    const emulator = createEventHubsEmulator({
      storage: ':memory:',
      hubs: [{ name: hub, partitions: 2, consumerGroups: [group] }],
    });
    const { connectionString } = await emulator.listen();
    const checkpoints = azurite.blobs.getContainerClient(`checkpoints-${runtime.newId()}`);
    await checkpoints.create();
    const store = new BlobCheckpointStore(checkpoints);
    const producer = eventHubsProducer({ connectionString, hub, runtime });
    const open: HubSubscription[] = [];
    const received: ReceivedMessage[] = [];
    return {
      store,
      received,
      send: (partitionId: string, ...ids: readonly string[]) =>
        producer.send(
          partitionId,
          ids.map((messageId) => ({ messageId, key: 'k', body: {} })),
        ),
      /** With the settings that a service has on a laptop. */
      async begin(owner: string) {
        const consumer = eventHubsConsumer({ connectionString, hub, group, owner, runtime, checkpoints });
        const subscription = await consumer.subscribe({
          onMessages: async (messages) => void received.push(...messages),
        });
        open.push(subscription);
        return subscription;
      },
      checkpoints: async (): Promise<Record<string, number>> => {
        const found: Checkpoint[] = await store.listCheckpoints(namespace, hub, group);
        return Object.fromEntries(found.map(({ partitionId, sequenceNumber }) => [partitionId, sequenceNumber]));
      },
      async close() {
        await Promise.all(open.map((subscription) => subscription.close()));
        await producer.close();
        await emulator.close();
      },
    };
  };
  const eventually = async (done: () => Promise<boolean> | boolean): Promise<number> => {
    const begunAtMs = runtime.now();
    while (!(await done()) && runtime.now() < begunAtMs + 40_000) await runtime.sleep(50);
    return runtime.now() - begunAtMs;
  };

  it('of an instance that is dead are taken over within 15 s', async () => {
    const world = await start();
    const shared = { fullyQualifiedNamespace: namespace, eventHubName: hub, consumerGroup: group };
    await world.store.claimOwnership(
      ['0', '1'].map((partitionId) => ({ ...shared, ownerId: 'the-dead', partitionId })),
    );
    await world.send('0', 'a');
    await world.send('1', 'b');
    await world.begin('the-living');
    const tookMs = await eventually(() => world.received.length === 2);
    expect(world.received).toHaveLength(2);
    expect(tookMs).toBeLessThan(15_000);
    await world.close();
  }, 60_000);

  it('have a checkpoint each as soon as they are held, with messages and without, and nothing is passed over for it', async () => {
    const world = await start();
    await world.begin('one');
    await eventually(async () => Object.keys(await world.checkpoints()).length === 2);
    expect(await world.checkpoints()).toEqual({ 0: -1, 1: -1 });
    await world.send('1', 'a', 'b');
    await eventually(() => world.received.length === 2);
    await eventually(async () => (await world.checkpoints())['1'] === 1);
    expect(await world.checkpoints()).toEqual({ 0: -1, 1: 1 });
    await world.close();
  }, 60_000);

  it('that nobody has read from are read from the beginning, checkpoint or not', async () => {
    const world = await start();
    await world.send('0', 'a', 'b');
    const first = await world.begin('one');
    await eventually(() => world.received.length === 2);
    await first.close();
    world.received.length = 0;
    await world.send('0', 'c');
    await world.send('1', 'd');
    await world.begin('one');
    await eventually(() => world.received.length === 2);
    expect(world.received.map(({ messageId }) => messageId).sort()).toEqual(['c', 'd']);
    await world.close();
  }, 60_000);
});
