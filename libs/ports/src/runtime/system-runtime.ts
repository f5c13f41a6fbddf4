import { type Runtime, uuidV7 } from './runtime.ts';

/** The real clock, chance and timers of the machine. Built in `main.ts`, and nowhere else. */
export function systemRuntime(): Runtime {
  const random = (): number => {
    const [high = 0, low = 0] = globalThis.crypto.getRandomValues(new Uint32Array(2));
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
  };
  return {
    now: () => Date.now(),
    random,
    newId: () => uuidV7(Date.now(), random),
    sleep: (delayMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, delayMs);
        signal?.addEventListener('abort', done, { once: true });
      }),
  };
}
