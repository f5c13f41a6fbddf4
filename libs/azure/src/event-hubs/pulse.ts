import type { EventHubConsumerClient } from '@azure/event-hubs';
import type { Runtime } from '@daybook/ports';

/** Asks the hub, every few seconds, whether it is there: the SDK hides from its handlers that it is not. */
export interface Pulse {
  /** When the hub last answered, in milliseconds since the epoch; at first, when the asking began. */
  heardAtMs(): number;
  stop(): void;
}

const everyMs = 5_000;
const answerLimitMs = 5_000;

export function takePulse(client: Pick<EventHubConsumerClient, 'getEventHubProperties'>, runtime: Runtime): Pulse {
  const stopping = new AbortController();
  let heardAtMs = runtime.now();

  const ask = async (): Promise<void> => {
    const answered = new AbortController();
    const giveUp = new AbortController();
    void runtime.sleep(answerLimitMs, answered.signal).then(() => giveUp.abort());
    try {
      await client.getEventHubProperties({ abortSignal: AbortSignal.any([giveUp.signal, stopping.signal]) });
      heardAtMs = runtime.now();
    } catch {
      // Silence is the message: the subscription's own errors go to its handler.
    } finally {
      answered.abort();
    }
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await runtime.sleep(everyMs, stopping.signal);
      if (!stopping.signal.aborted) await ask();
    }
  };
  void run();

  return { heardAtMs: () => heardAtMs, stop: () => stopping.abort() };
}
