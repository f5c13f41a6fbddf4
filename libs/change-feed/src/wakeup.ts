import type { Runtime } from '@daybook/ports';

/** Lets one loop wait until it is woken or a time has passed. A wake-up that comes while nobody waits is kept, once. */
export interface Wakeup {
  wake(): void;
  /** Forgets a wake-up that was kept. */
  clear(): void;
  /** @param timeoutMs absent: until woken. */
  wait(timeoutMs?: number): Promise<void>;
}

export function createWakeup(runtime: Runtime): Wakeup {
  let woken = false;
  let waiter: AbortController | undefined;
  return {
    wake() {
      woken = true;
      waiter?.abort();
    },
    clear() {
      woken = false;
    },
    async wait(timeoutMs) {
      if (!woken) {
        const controller = new AbortController();
        waiter = controller;
        if (timeoutMs !== undefined) await runtime.sleep(timeoutMs, controller.signal);
        else {
          await new Promise<void>((resolve) =>
            controller.signal.addEventListener('abort', () => resolve(), { once: true }),
          );
        }
        waiter = undefined;
      }
      woken = false;
    },
  };
}

/** The pause before attempt `attempts + 1`: doubles from `minMs` to `maxMs`, and of that a random half to whole. */
export function retryPauseMs(attempts: number, minMs: number, maxMs: number, random: () => number): number {
  const fullMs = Math.min(maxMs, minMs * 2 ** Math.min(attempts - 1, 30));
  return fullMs * (0.5 + random() / 2);
}
