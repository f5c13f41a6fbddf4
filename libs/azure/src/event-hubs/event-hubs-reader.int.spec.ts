import { createEventHubsEmulator } from '@daybook/event-hubs-emulator';
import { systemRuntime } from '@daybook/ports';
import { eventHubsProducer } from './event-hubs-producer.ts';
import { eventHubsReader } from './event-hubs-reader.ts';

const runtime = systemRuntime();
const hub = 'things';

async function start() {
  const emulator = createEventHubsEmulator({ storage: ':memory:', hubs: [{ name: hub, partitions: 2 }] });
  const { connectionString } = await emulator.listen();
  return { connectionString, close: () => emulator.close() };
}

describe('a reader of a hub', () => {
  it('gives all that is retained, in order, once, and ends', async () => {
    const hubs = await start();
    const { connectionString } = hubs;
    const producer = eventHubsProducer({ connectionString, hub, runtime });
    const ids = Array.from({ length: 1_200 }, (_, n) => `m${n}`);
    await producer.send(
      '1',
      ids.map((messageId) => ({ messageId, key: 'k', body: { messageId } })),
    );
    const reader = eventHubsReader({ connectionString, hub, runtime });
    expect(await reader.partitionIds()).toEqual(['0', '1']);
    const found: string[] = [];
    expect(
      await reader.read('1', (messages) => void found.push(...messages.map(({ messageId }) => messageId))),
    ).toEqual({
      removed: false,
    });
    expect(found).toEqual(ids);
    const empty: unknown[] = [];
    expect(await reader.read('0', (messages) => void empty.push(...messages))).toEqual({ removed: false });
    expect(empty).toEqual([]);
    await expect(reader.read('9', () => undefined)).rejects.toMatchObject({ hub });
    await reader.close();
    await producer.close();
    await hubs.close();
  });

  it('fails where there is no hub of the name', async () => {
    const hubs = await start();
    const retry = { timeoutInMs: 1_000, retryDelayInMs: 100, maxRetries: 1 };
    const reader = eventHubsReader({ connectionString: hubs.connectionString, hub: 'others', runtime, retry });
    await expect(reader.partitionIds()).rejects.toMatchObject({ code: 'not-found' });
    await reader.close();
    await hubs.close();
  });
});
