import type { Runtime } from '@daybook/ports';
import { lruCache } from '../cache.ts';

/** Answers that are kept for a while. Those that ask for the same at once wait for one answer. */
export interface KeyCache<V> {
  /** @param askedAtMs when the answer that `load` gives was asked for; default now */
  get(id: string, load: () => Promise<V>, askedAtMs?: number): Promise<V>;
  delete(id: string): void;
}

interface Entry<V> {
  readonly answer: Promise<V>;
  readonly endsAtMs: number;
}

/**
 * @param options.ttlMs counted from when the answer was asked for, not from when it came: what was true at the beginning is all that an
 *   answer says. Failures are not kept.
 */
export function keyCache<V>(options: {
  readonly runtime: Runtime;
  readonly ttlMs: number;
  readonly max: number;
}): KeyCache<V> {
  const { runtime, ttlMs, max } = options;
  const entries = lruCache<Entry<V>>(max);
  return {
    get(id, load, askedAtMs = runtime.now()) {
      const known = entries.get(id);
      const nowMs = runtime.now();
      // A clock that was set back makes an entry seem to last longer than it may: such an entry is not used either.
      if (known !== undefined && nowMs < known.endsAtMs && known.endsAtMs - nowMs <= ttlMs) return known.answer;
      const answer = load();
      const entry = { answer, endsAtMs: askedAtMs + ttlMs };
      entries.set(id, entry);
      answer.catch(() => {
        if (entries.get(id) === entry) entries.delete(id);
      });
      return answer;
    },
    delete: (id) => entries.delete(id),
  };
}
