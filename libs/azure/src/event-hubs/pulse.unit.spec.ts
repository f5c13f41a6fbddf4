import type { EventHubProperties, PartitionProperties } from '@azure/event-hubs';
import { virtualRuntime } from '@daybook/ports';
import { takePulse } from './pulse.ts';

/** A hub that answers at once, or (away) not before it is given up. */
function hubClient() {
  const hub = { away: false, asked: 0 };
  const getEventHubProperties = (options?: {
    abortSignal?: { addEventListener(type: 'abort', then: () => void): void };
  }) => {
    hub.asked += 1;
    return new Promise<EventHubProperties>((resolve, reject) => {
      if (!hub.away) resolve({} as EventHubProperties);
      options?.abortSignal?.addEventListener('abort', () => reject(new Error('aborted')));
    });
  };
  const getPartitionProperties = async (partitionId: string) =>
    ({ partitionId, lastEnqueuedSequenceNumber: hub.asked }) as PartitionProperties;
  return { hub, client: { getEventHubProperties, getPartitionProperties } };
}

describe('the pulse of a hub', () => {
  it('goes on while it answers, stands still while it does not, and comes back', async () => {
    const runtime = virtualRuntime();
    const { hub, client } = hubClient();
    const pulse = takePulse(client, runtime, () => ['2']);
    const silentMs = () => runtime.now() - pulse.heardAtMs();
    await runtime.advance(60_000);
    expect(silentMs()).toBeLessThanOrEqual(5_000);
    hub.away = true;
    await runtime.advance(30_000);
    expect(silentMs()).toBeGreaterThanOrEqual(30_000);
    hub.away = false;
    await runtime.advance(15_000);
    expect(silentMs()).toBeLessThanOrEqual(5_000);
    pulse.stop();
  });

  it('knows how far the partitions held here are filled, and nothing of others', async () => {
    const runtime = virtualRuntime();
    const { hub, client } = hubClient();
    const pulse = takePulse(client, runtime, () => ['2']);
    expect(pulse.lastEnqueued('2')).toBeUndefined();
    await runtime.advance(20_000);
    expect(hub.asked).toBeGreaterThan(1);
    expect(pulse.lastEnqueued('2')).toBe(hub.asked);
    expect(pulse.lastEnqueued('1')).toBeUndefined();
    await pulse.partition('1');
    expect(pulse.lastEnqueued('1')).toBe(hub.asked);
    pulse.stop();
  });

  it('is not asked for any more once it is stopped', async () => {
    const runtime = virtualRuntime();
    const { hub, client } = hubClient();
    const pulse = takePulse(client, runtime, () => ['2']);
    await runtime.advance(12_000);
    pulse.stop();
    const { asked } = hub;
    await runtime.advance(60_000);
    expect(hub.asked).toBe(asked);
    expect(runtime.sleeping).toBe(0);
  });
});
