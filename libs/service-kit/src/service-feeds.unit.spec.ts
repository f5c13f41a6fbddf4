import { createEventStore, type StoredEvent } from '@daybook/eventstore';
import { createDeadLetters } from '@daybook/messaging';
import { memoryContainer, virtualRuntime } from '@daybook/ports';
import { readSettings } from './config/settings.ts';
import { createHealth } from './health.ts';
import { silentLog } from './log.ts';
import type { Platform } from './platform.ts';
import { serviceFeeds } from './service-feeds.ts';

it('a feed of a build tries again what it cannot handle until the build serves, and only then puts it aside', async () => {
  const runtime = virtualRuntime({ seed: 1 });
  const events = memoryContainer<StoredEvent>({ name: 'events', runtime, partitionKey: ({ streamId }) => streamId });
  const leases = memoryContainer({ name: 'leases', runtime, partitionKey: ({ id }) => id });
  const letters = memoryContainer({ name: 'letters', runtime, partitionKey: ({ partition }) => String(partition) });
  const deadLetters = createDeadLetters({ container: letters, runtime });
  const health = createHealth();
  const settings = readSettings({}, { name: 'order', defaultPort: 4101, process: 'one' });
  const { openFeed } = serviceFeeds({
    ...{ service: 'order', settings, instance: 'one', runtime, log: silentLog, health, events, deadLetters },
    platform: { container: () => leases } as unknown as Platform,
    store: createEventStore({ container: events, runtime }),
    onReplayable: () => undefined,
  });
  const event: StoredEvent = {
    ...{ id: '1', streamId: 'order-1', version: 1, eventId: 'order-1#1', type: 'OrderShipped', schemaVersion: 1 },
    ...{ recordedAt: '2010-12-01T00:00:00.000Z', data: {}, dedup: 'c#0', previousHash: '', hash: '' },
    metadata: { commandKey: 'c', correlationId: 'c', causationId: 'c', actor: 'operator:one', traceparent: '' },
  };
  await events.batch('order-1', [{ kind: 'create', document: event }]);

  let live = false;
  let calls = 0;
  const broken = async (): Promise<void> => {
    calls += 1;
    throw new Error('line 7 is missing');
  };
  const feed = openFeed('read-models.orders.2', broken, { isLive: () => live, limits: { retryMaxMs: 500 } });
  await feed.start();
  const parked = async (): Promise<number> => (await letters.query({ limit: 10 })).documents.length;
  await runtime.advance(60_000);
  expect([calls > 20, await parked()]).toEqual([true, 0]);
  expect(health.report().checks).toEqual({});
  live = true;
  await runtime.advance(60_000);
  expect(await parked()).toBeGreaterThan(0);
  const stopping = feed.stop();
  await runtime.advance(20_000);
  await stopping;
});
