import { setTimeout as pause } from 'node:timers/promises';
import { type Container, type Operation, isContainerError } from '@daybook/ports';

/** Documents written without pause, whatever befalls the writes. */
export interface Load {
  /** How many documents of each key are there for certain. */
  written(): ReadonlyMap<string, number>;
  /** Resolves when the last write was answered. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly keys: number;
  /** The pause between two transactions of 1 to 3 documents. */
  readonly everyMs: number;
  readonly random: () => number;
}

export function beginLoad(events: Container, { keys, everyMs, random }: LoadOptions): Load {
  const written = new Map<string, number>();
  let stopping = false;

  const append = async (key: string, count: number): Promise<void> => {
    const from = written.get(key) ?? 0;
    // In reverse: inside one transaction the feed's order means nothing.
    const numbers = Array.from({ length: count }, (_, index) => from + count - index);
    const operations = numbers.map((n): Operation => ({ kind: 'create', document: { id: String(n), key, n } }));
    for (;;) {
      try {
        const outcome = await events.batch(key, operations);
        // A conflict is this very write, whose answer was lost.
        if (outcome.applied || outcome.status === 409) break;
      } catch (error) {
        if (!isContainerError(error)) throw error;
      }
      await pause(10);
    }
    written.set(key, from + count);
  };
  const run = async (): Promise<void> => {
    while (!stopping) {
      await append(`key${Math.floor(random() * keys)}`, 1 + Math.floor(random() * 3));
      await pause(everyMs);
    }
  };
  const ended = run();
  return {
    written: () => written,
    stop() {
      stopping = true;
      return ended;
    },
  };
}
