import { type Runtime, uuidV7 } from './runtime.ts';
import { type Sleeper, Sleepers } from './sleepers.ts';

/** A {@link Runtime} whose time passes only when told to and whose chance comes from a seed. */
export interface VirtualRuntime extends Runtime {
  /** Lets `durationMs` pass, waking every sleeper in order of its time; work that they start runs before time goes on. */
  advance(durationMs: number): Promise<void>;
  /**
   * Jumps from sleeper to sleeper until `done()` holds. Returns false when no sleeper is left or `limitMs` of virtual time passed
   * and `done()` still does not hold.
   */
  advanceUntil(done: () => boolean, limitMs: number): Promise<boolean>;
  /** How many are asleep. */
  readonly sleeping: number;
}

/** @param options.seed seeds chance; @param options.startMs the time at the start (default 2010-12-01T00:00:00Z). */
export function virtualRuntime(options: { seed?: number; startMs?: number } = {}): VirtualRuntime {
  let nowMs = options.startMs ?? Date.UTC(2010, 11, 1);
  let order = 0;
  const sleepers = new Sleepers();
  const random = mulberry32(options.seed ?? 1);

  // Promise jobs started by a woken sleeper run to their next real wait before time goes on. A tick comes when the queue of jobs is
  // empty, however long the chains of awaits in it are, and costs a small part of a turn of the event loop.
  const settle = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
  // Where time begins to pass, and where it stands still again, work that waits for turns of the event loop has some.
  const settleTurns = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const wake = async (sleeper: Sleeper): Promise<void> => {
    nowMs = Math.max(nowMs, sleeper.wakeAtMs);
    sleeper.wake();
    await settle();
  };

  return {
    now: () => nowMs,
    random,
    newId: () => uuidV7(nowMs, random),
    sleep: (delayMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const done = (): void => {
          sleepers.remove(sleeper);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const sleeper: Sleeper = { wakeAtMs: nowMs + Math.max(0, delayMs), order: order++, wake: done };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', done, { once: true });
      }),
    async advance(durationMs) {
      const untilMs = nowMs + durationMs;
      await settleTurns();
      for (let next = sleepers.first(); next !== undefined && next.wakeAtMs <= untilMs; next = sleepers.first()) {
        await wake(next);
      }
      nowMs = untilMs;
      await settleTurns();
    },
    async advanceUntil(done, limitMs) {
      const untilMs = nowMs + limitMs;
      await settleTurns();
      while (!done()) {
        const next = sleepers.first();
        if (next === undefined || next.wakeAtMs > untilMs) return false;
        await wake(next);
      }
      return true;
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}

/** A small seeded generator of numbers in [0, 1): good enough for tests and simulation, never for secrets. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
