import { eventHubsProducer, eventHubsReader } from '@daybook/azure';
import { leasesContainer, outboxContainer } from '@daybook/contracts';
import { createEventStore, type StoredEvent } from '@daybook/eventstore';
import { createDeadLetters, eventRoute } from '@daybook/messaging';
import { type Container, type HubProducer, systemRuntime } from '@daybook/ports';
import { embeddedCosmos, embeddedEventHubs } from '@daybook/testing';
import { readSettings } from './config/settings.ts';
import { createHealth } from './health.ts';
import { silentLog } from './log.ts';
import { tellingContainer } from './nudge.ts';
import type { Platform } from './platform.ts';
import { serviceFeeds } from './service-feeds.ts';
import { messagingMetrics } from './telemetry/messaging-metrics.ts';

jest.setTimeout(120_000);

const runtime = systemRuntime();
const hub = 'order-events';
const streams = ['order-a', 'order-b', 'order-c', 'order-d'];
const versions = 12;
/** The relay, not the SDK, is to meet each fault. */
const impatient = { timeoutInMs: 500, retryDelayInMs: 10, maxRetries: 0 };

/** A service's publishing in one mode, on the SDKs over the emulators. */
async function open(mode: string) {
  const cosmos = await embeddedCosmos({
    containers: {
      events: { partitionKey: '/streamId', uniqueKeys: ['/dedup'] },
      leases: { partitionKey: '/id' },
      outbox: { partitionKey: '/streamId' },
      letters: { partitionKey: '/partition' },
    },
  });
  const hubs = await embeddedEventHubs({ hubs: [{ name: hub, partitions: 4 }] });
  const { connectionString } = hubs;
  const { events, leases, outbox, letters } = cosmos.containers;
  const containers = new Map([
    [leasesContainer('order'), leases],
    [outboxContainer('order'), outbox],
  ]);
  const producer: HubProducer = eventHubsProducer({ connectionString, hub, runtime, retry: impatient });
  const platform: Pick<Platform, 'container' | 'producer'> = {
    container: (name) => containers.get(name) ?? events,
    producer: () => producer,
  };
  const telling = tellingContainer(events, (created) => nudge(created as StoredEvent[]));
  const store = createEventStore({ container: telling, runtime });
  const settings = readSettings({ PUBLISH_MODE: mode }, { name: 'order', defaultPort: 4101, process: 'one' });
  const { relay, nudge } = serviceFeeds({
    ...{
      service: 'order',
      settings,
      instance: runtime.newId(),
      runtime,
      log: silentLog,
      health: createHealth(),
      store,
    },
    deadLetters: createDeadLetters({ container: letters, runtime }),
    events: telling as unknown as Container<StoredEvent>,
    platform: platform as Platform,
    messaging: messagingMetrics(),
    onReplayable: () => undefined,
  });
  const component = relay([eventRoute('order-events', 'order')]);
  await component.start();
  return {
    hubs,
    async append(): Promise<void> {
      for (let version = 0; version < versions; version += 2) {
        for (const streamId of streams) {
          const commandKey = `${streamId}/${version}`;
          await store.append({
            ...{ streamId, expectedVersion: version },
            events: [1, 2].map(() => ({ type: 'Counted', schemaVersion: 1, data: {} })),
            metadata: { commandKey, correlationId: 'r', causationId: 'r', actor: 'operator:one', traceparent: '' },
          });
        }
      }
    },
    /** Versions in the hub by stream, in its order, each message. */
    async published(): Promise<ReadonlyMap<string, readonly number[]>> {
      const reader = eventHubsReader({ connectionString, hub, runtime });
      const found = new Map<string, number[]>();
      for (const id of await reader.partitionIds()) {
        await reader.read(id, (messages) => {
          for (const { key, body } of messages) {
            found.set(key, [...(found.get(key) ?? []), (body as { readonly streamversion: number }).streamversion]);
          }
        });
      }
      await reader.close();
      return found;
    },
    async close(): Promise<void> {
      await component.stop();
      await producer.close();
      await hubs.close();
      await cosmos.close();
    },
  };
}

const firsts = (found: readonly number[] = []): readonly number[] => [...new Set(found)];
const all = Array.from({ length: versions }, (_, n) => n + 1);

it.each(['feed', 'hybrid', 'outbox'])(
  'PUBLISH_MODE=%s sends every event while answers of sends get lost, on the SDKs',
  async (mode) => {
    const service = await open(mode);
    const lost = { kind: 'ack-lost' } as const;
    const match = { operations: ['send'] as const };
    // Once for sure, and then by chance.
    const rules = [
      { fault: lost, chance: 1, match, timesMax: 1 },
      { fault: lost, chance: 0.3, match, timesMax: 12 },
    ];
    service.hubs.faults.plan({ seed: 7, rules });
    await service.append();
    const complete = async (): Promise<boolean> => {
      const found = await service.published();
      return streams.every((streamId) => firsts(found.get(streamId)).length === versions);
    };
    const untilMs = runtime.now() + 60_000;
    while (!(await complete()) && runtime.now() < untilMs) await runtime.sleep(200);
    const found = await service.published();
    for (const streamId of streams) {
      const versionsSent = firsts(found.get(streamId));
      expect(mode === 'hybrid' ? [...versionsSent].sort((a, b) => a - b) : versionsSent).toEqual(all);
    }
    expect(service.hubs.faults.injected()['ack-lost']).toBeGreaterThan(0);
    expect([...found.values()].flat().length).toBeGreaterThan(streams.length * versions);
    await service.close();
  },
);
