/** Runs tasks one after another, later, and never makes anybody wait or fail. */
export interface BackgroundQueue {
  /** A task for the same key that waits is replaced. Past the limit the task is not taken. */
  put(key: string, task: () => Promise<void>): void;
  /** Resolves when nothing waits or runs. */
  settled(): Promise<void>;
}

/** @param failed told of tasks that failed or were not taken */
export function backgroundQueue(waitingMax: number, failed: (key: string, error?: unknown) => void): BackgroundQueue {
  const waiting = new Map<string, () => Promise<void>>();
  let running: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    // Begins after the caller has gone on.
    await Promise.resolve();
    for (let next = waiting.entries().next(); !next.done; next = waiting.entries().next()) {
      const [key, task] = next.value;
      waiting.delete(key);
      try {
        await task();
      } catch (error) {
        failed(key, error);
      }
    }
    running = undefined;
  };

  return {
    put(key, task) {
      if (!waiting.has(key) && waiting.size >= waitingMax) return failed(key);
      waiting.set(key, task);
      running ??= drain();
    },
    async settled() {
      while (running !== undefined) await running;
    },
  };
}
