import type { Runtime } from '@daybook/ports';

/** Writes how far one partition has come, seldom enough for the store and always at the end. */
export interface Checkpointer<Event> {
  /** Everything up to `event` is done. */
  reached(event: Event): void;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
}

/**
 * @param options.write stores a checkpoint
 * @param options.onError is told when that fails; the next checkpoint covers it, and until then a restart repeats messages
 */
export function checkpointer<Event>(options: {
  readonly runtime: Runtime;
  readonly intervalMs: number;
  readonly write: (event: Event) => Promise<void>;
  readonly onError: (error: unknown) => void;
}): Checkpointer<Event> {
  const { runtime, intervalMs } = options;
  const flushing = new AbortController();
  let pending: Event | undefined;
  let running: Promise<void> | undefined;

  const writePending = async (): Promise<void> => {
    const event = pending;
    pending = undefined;
    if (event === undefined) return;
    try {
      await options.write(event);
    } catch (error) {
      pending ??= event;
      options.onError(error);
    }
  };
  const run = async (): Promise<void> => {
    while (pending !== undefined && !flushing.signal.aborted) {
      await writePending();
      await runtime.sleep(intervalMs, flushing.signal);
    }
    running = undefined;
  };

  return {
    reached(event) {
      pending = event;
      running ??= run();
    },
    async flush() {
      flushing.abort();
      await running;
      await writePending();
    },
  };
}
