import { createEventHubsEmulator } from '@daybook/event-hubs-emulator';
import { systemRuntime } from '@daybook/ports';
import { hubBehaviour } from '@daybook/ports/behaviour';
import { type Azurite, startAzurite } from './azurite.test-support.ts';
import { eventHubsConsumer } from './event-hubs-consumer.ts';
import { eventHubsProducer } from './event-hubs-producer.ts';

const runtime = systemRuntime();
const loadBalancing = {
  strategy: 'greedy',
  updateIntervalInMs: 100,
  partitionOwnershipExpirationIntervalInMs: 4_000,
} as const;

describe('event hubs', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite.stop());

  hubBehaviour('the Event Hubs SDK over the emulator', async () => {
    const hub = 'things';
    const group = 'readers';
    const emulator = createEventHubsEmulator({
      storage: ':memory:',
      hubs: [{ name: hub, partitions: 2, consumerGroups: [group] }],
    });
    const { connectionString } = await emulator.listen();
    const checkpoints = azurite.blobs.getContainerClient(`checkpoints-${runtime.newId()}`);
    await checkpoints.create();
    return {
      producer: () => eventHubsProducer({ connectionString, hub, runtime }),
      consumer: (owner) =>
        eventHubsConsumer({ connectionString, hub, group, owner, runtime, checkpoints, loadBalancing }),
      eventually: async (done) => {
        const untilMs = runtime.now() + 15_000;
        while (!done() && runtime.now() < untilMs) await runtime.sleep(20);
        if (!done()) throw new Error('it did not happen within 15 s');
      },
      close: () => emulator.close(),
    };
  });
});
