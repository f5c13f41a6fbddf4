import { createFeedAdmin } from '@daybook/change-feed';
import { leasesContainer, outboxContainer } from '@daybook/contracts';
import { createEventStore, type StoredEvent } from '@daybook/eventstore';
import { createDeadLetters, eventRoute } from '@daybook/messaging';
import { type Document, type HubProducer, memoryContainer, memoryHub, virtualRuntime } from '@daybook/ports';
import { readSettings } from './config/settings.ts';
import { createHealth } from './health.ts';
import { silentLog } from './log.ts';
import type { Platform } from './platform.ts';
import { otherFeeds } from './publishing.ts';
import { serviceFeeds } from './service-feeds.ts';
import { messagingMetrics } from './telemetry/messaging-metrics.ts';

const dayMs = 24 * 3_600_000;

/** A service that publishes by an outbox. */
function createWorld() {
  const runtime = virtualRuntime({ seed: 1 });
  const byStream = (document: Document): string => String(document['streamId']);
  const events = memoryContainer<StoredEvent>({ name: 'events', runtime, partitionKey: byStream });
  const outbox = memoryContainer({ name: 'outbox', runtime, partitionKey: byStream });
  const leases = memoryContainer({ name: 'leases', runtime, partitionKey: ({ id }) => id });
  const letters = memoryContainer({ name: 'letters', runtime, partitionKey: ({ partition }) => String(partition) });
  const producer: HubProducer = memoryHub({ name: 'order-events', partitions: 2, runtime }).producer();
  const containers = new Map([
    [leasesContainer('order'), leases],
    [outboxContainer('order'), outbox],
  ]);
  const platform = {
    container: (name: string) => containers.get(name),
    producer: () => producer,
  } as unknown as Platform;
  const settings = readSettings({ PUBLISH_MODE: 'outbox' }, { name: 'order', defaultPort: 4101, process: 'one' });
  const { relay } = serviceFeeds({
    ...{
      service: 'order',
      settings,
      instance: 'one',
      runtime,
      log: silentLog,
      health: createHealth(),
      events,
      platform,
    },
    deadLetters: createDeadLetters({ container: letters, runtime }),
    store: createEventStore({ container: events, runtime }),
    messaging: messagingMetrics(),
    onReplayable: () => undefined,
  });
  return { runtime, events, outbox, leases, platform, component: relay([eventRoute('order-events', 'order')]) };
}

it('an outbox is cleared of everything that was published a week ago, however much there is', async () => {
  const { runtime, outbox, component } = createWorld();
  const entry = (n: number, status: string, ageDays: number) => {
    const at = new Date(runtime.now() - ageDays * dayMs).toISOString();
    const id = String(n).padStart(12, '0');
    return { id, streamId: `order-${n}`, version: n, eventId: id, type: 'c', status, createdAt: at, changedAt: at };
  };
  const put = (document: ReturnType<typeof entry>) => outbox.batch(document.streamId, [{ kind: 'create', document }]);
  for (let n = 0; n < 2_300; n += 1) await put(entry(n, 'PUBLISHED', 8));
  await put(entry(3_000, 'PUBLISHED', 6));
  await put(entry(3_001, 'FAILED', 8));
  await component.start();
  await runtime.advance(3_700_000);
  const { documents } = await outbox.query({ limit: 1_000 });
  expect(documents.map(({ id }) => Number(id)).sort()).toEqual([3_000, 3_001]);
  const stopping = component.stop();
  await runtime.advance(20_000);
  await stopping;
});

it('the lag of the outbox’s own feed is told by its entries, and that of the relay by the events', async () => {
  const { runtime, events, outbox, leases, platform, component } = createWorld();
  await component.start();
  await runtime.advance(2_000);
  const stopping = component.stop();
  await runtime.advance(20_000);
  await stopping;
  const at = new Date(runtime.now() - 30_000).toISOString();
  const document = { id: '1', streamId: 'order-1', status: 'PENDING', changedAt: at };
  await outbox.batch('order-1', [{ kind: 'create', document }]);
  const admin = createFeedAdmin({ leases, source: events, runtime, others: otherFeeds('order', platform) });
  const found = (await admin.feedsWithLag()).map(({ name, ranges }) => [
    name,
    Math.max(...ranges.map(({ lagSeconds }) => lagSeconds)),
  ]);
  expect(Object.fromEntries(found)).toEqual({ outbox: 30, relay: 0 });
});
