import { createEventStore, type StoredEvent } from '@daybook/eventstore';
import { createDeadLetters } from '@daybook/messaging';
import { memoryContainer, virtualRuntime } from '@daybook/ports';
import { readSettings } from './config/settings.ts';
import { createHealth } from './health.ts';
import { createLog } from './log.ts';
import type { Platform } from './platform.ts';
import { serviceFeeds } from './service-feeds.ts';
import { messagingMetrics } from './telemetry/messaging-metrics.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

it('a feed of a build tries again what it cannot handle until the build serves, and only then puts it aside', async () => {
  const runtime = virtualRuntime({ seed: 1 });
  const events = memoryContainer<StoredEvent>({ name: 'events', runtime, partitionKey: ({ streamId }) => streamId });
  const leases = memoryContainer({ name: 'leases', runtime, partitionKey: ({ id }) => id });
  const letters = memoryContainer({ name: 'letters', runtime, partitionKey: ({ partition }) => String(partition) });
  const deadLetters = createDeadLetters({ container: letters, runtime });
  const health = createHealth();
  const lines: Record<string, unknown>[] = [];
  const log = createLog('order', 'info', { write: (line) => void lines.push(JSON.parse(line) as never) });
  const settings = readSettings({}, { name: 'order', defaultPort: 4101, process: 'one' });
  const { openFeed } = serviceFeeds({
    ...{ service: 'order', settings, instance: 'one', runtime, log, health, events, deadLetters },
    platform: { container: () => leases } as unknown as Platform,
    store: createEventStore({ container: events, runtime }),
    messaging: messagingMetrics(),
    onReplayable: () => undefined,
  });
  const event: StoredEvent = {
    ...{ id: '1', streamId: 'order-1', version: 1, eventId: 'order-1#1', type: 'OrderShipped', schemaVersion: 1 },
    ...{
      recordedAt: '2010-12-01T00:00:00.000Z',
      data: { carrier: 'Ada Lovelace' },
      dedup: 'c#0',
      previousHash: '',
      hash: '',
    },
    metadata: { commandKey: 'c', correlationId: 'c', causationId: 'c', actor: 'operator:one', traceparent },
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
  // Every line says of which event, in which trace; none what it says.
  const about = {
    feed: 'read-models.orders.2',
    streamId: 'order-1',
    version: 1,
    type: 'OrderShipped',
    correlationId: 'c',
  };
  const cause = { traceId: traceparent.split('-')[1], spanId: traceparent.split('-')[2] };
  const [failed, put] = ['feed error', 'event parked: see the dead letters'].map((msg) =>
    lines.findLast((line) => line['msg'] === msg),
  );
  expect(failed).toMatchObject({ level: 40, during: 'handle', key: 'order-1', ...about, ...cause });
  expect(put).toMatchObject({ level: 50, ...about, ...cause });
  expect(JSON.stringify(lines)).not.toContain('Lovelace');
  const stopping = feed.stop();
  await runtime.advance(20_000);
  await stopping;
});
