import type { Runtime } from '@daybook/ports';

/** Writes how far one partition has come, seldom enough for the store and always at the end. */
export interface Checkpointer<Event> {
  /** Everything up to `event` is done. */
  reached(event: Event): void;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
  /** Writes nothing more: what is not written yet is another instance's now, which may have come further. */
  drop(): void;
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
  let dropped = false;
  let pending: Event | undefined;
  let running: Promise<void> | undefined;

  const writePending = async (): Promise<void> => {
    const event = pending;
    pending = undefined;
    if (event === undefined) return;
    try {
      await options.write(event);
    } catch (error) {
      if (!dropped) pending ??= event;
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
      if (dropped) return;
      pending = event;
      running ??= run();
    },
    async flush() {
      flushing.abort();
      await running;
      await writePending();
    },
    drop() {
      dropped = true;
      pending = undefined;
      flushing.abort();
    },
  };
}
