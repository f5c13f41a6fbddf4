import { type Runtime, uuidV7 } from './runtime.ts';

/** The real clock, chance and timers of the machine. Built in `main.ts`, and nowhere else. */
export function systemRuntime(): Runtime {
  // Asked for in stock: an event id takes ten of these words, and each call is dear.
  const stock = new Uint32Array(1_024);
  let left = 0;
  const random = (): number => {
    if (left === 0) {
      globalThis.crypto.getRandomValues(stock);
      left = stock.length;
    }
    left -= 2;
    const [high = 0, low = 0] = stock.subarray(left, left + 2);
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
