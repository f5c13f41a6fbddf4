import type { EventHubProperties } from '@azure/event-hubs';
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
  return { hub, client: { getEventHubProperties } };
}

describe('the pulse of a hub', () => {
  it('goes on while it answers, stands still while it does not, and comes back', async () => {
    const runtime = virtualRuntime();
    const { hub, client } = hubClient();
    const pulse = takePulse(client, runtime);
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

  it('is not asked for any more once it is stopped', async () => {
    const runtime = virtualRuntime();
    const { hub, client } = hubClient();
    const pulse = takePulse(client, runtime);
    await runtime.advance(12_000);
    pulse.stop();
    const { asked } = hub;
    await runtime.advance(60_000);
    expect(hub.asked).toBe(asked);
    expect(runtime.sleeping).toBe(0);
  });
});
