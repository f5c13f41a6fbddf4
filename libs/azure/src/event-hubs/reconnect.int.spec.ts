import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventHubsEmulator } from '@daybook/event-hubs-emulator';
import { systemRuntime } from '@daybook/ports';
import { type Azurite, startAzurite } from './azurite.test-support.ts';
import { eventHubsConsumer } from './event-hubs-consumer.ts';
import { eventHubsProducer } from './event-hubs-producer.ts';

const runtime = systemRuntime();
const hub = 'things';
const retry = { timeoutInMs: 1_000, retryDelayInMs: 100, maxRetries: 2 };

describe('when the namespace goes away', () => {
  let azurite: Azurite;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-hubs-'));
    azurite = await startAzurite();
  });
  afterAll(async () => {
    await azurite.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('goes on when it is back, and can be closed when it is gone', async () => {
    const start = async (port: number) => {
      const emulator = createEventHubsEmulator({
        storage: join(folder, 'hubs.db'),
        hubs: [{ name: hub, partitions: 2 }],
      });
      return { emulator, listener: await emulator.listen({ port }) };
    };
    let { emulator, listener } = await start(0);
    const { connectionString, port } = listener;
    const checkpoints = azurite.blobs.getContainerClient('checkpoints');
    await checkpoints.create();
    const producer = eventHubsProducer({ connectionString, hub, runtime, retry });
    const consumer = eventHubsConsumer({
      connectionString,
      hub,
      group: '$Default',
      owner: 'one',
      runtime,
      checkpoints,
      retry,
    });
    const received: string[] = [];
    const subscription = await consumer.subscribe({
      onMessages: async (messages) => void received.push(...messages.map(({ messageId }) => messageId)),
    });
    const eventually = async (messageId: string): Promise<void> => {
      const untilMs = runtime.now() + 15_000;
      while (!received.includes(messageId) && runtime.now() < untilMs) await runtime.sleep(20);
      expect(received).toContain(messageId);
    };

    await producer.send('0', [{ messageId: 'before', key: 'k', body: {} }]);
    await eventually('before');
    await emulator.close();
    const lost = producer.send('0', [{ messageId: 'meanwhile', key: 'k', body: {} }]);
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
    ({ emulator, listener } = await start(port));
    await producer.send('0', [{ messageId: 'after', key: 'k', body: {} }]);
    await eventually('after');

    await emulator.close();
    const begunAtMs = runtime.now();
    await subscription.close();
    await producer.close();
    expect(runtime.now() - begunAtMs).toBeLessThan(16_000);
  });
});
