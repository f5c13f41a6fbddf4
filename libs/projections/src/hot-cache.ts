import type { Runtime } from '@daybook/ports';

export interface HotCacheOptions {
  /** At most so many documents; the one not asked for longest goes first. */
  readonly max: number;
  /** A document is given from memory for so long after it was read or written here: how stale it may be where another instance writes. */
  readonly maxAgeMs: number;
  readonly runtime: Pick<Runtime, 'now'>;
}

export interface HotCache<T> {
  get(key: string): T | undefined;
  /** Keeps what was read or written, unless something newer is there: a slow read does not undo a write. */
  put(key: string, version: number, value: T): void;
}

/** Documents of one process, by key. The process that writes a document puts it here: its own readers are never behind its own feed. */
export function createHotCache<T>({ max, maxAgeMs, runtime }: HotCacheOptions): HotCache<T> {
  const entries = new Map<string, { readonly version: number; readonly value: T; readonly atMs: number }>();
  const isFresh = (atMs: number): boolean => runtime.now() - atMs < maxAgeMs;
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined || !isFresh(entry.atMs)) return undefined;
      // A Map keeps the order of insertion: what is asked for goes to its end.
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    put(key, version, value) {
      const before = entries.get(key);
      if (before !== undefined && before.version > version && isFresh(before.atMs)) return;
      entries.delete(key);
      entries.set(key, { version, value, atMs: runtime.now() });
      const oldest = entries.size > max ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
    },
  };
}
