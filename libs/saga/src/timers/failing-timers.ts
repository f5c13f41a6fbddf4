import type { Runtime } from '@daybook/ports';

const pauseMsMin = 1_000;
const pauseMsMax = 30_000;
const timersMax = 10_000;

/**
 * The timers that this worker could not fire, each with a pause that doubles from 1 s to 30 s, so that those that can be fired have
 * their turn. In memory: another worker, or this one started again, tries them at once. Of more than 10,000 the oldest are forgotten.
 */
export class FailingTimers {
  readonly #runtime: Runtime;
  readonly #failing = new Map<string, { readonly pauseMs: number; readonly untilMs: number }>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** True: it failed, and its pause is not over. */
  paused(timerId: string): boolean {
    const failing = this.#failing.get(timerId);
    return failing !== undefined && failing.untilMs > this.#runtime.now();
  }

  failed(timerId: string): void {
    const before = this.#failing.get(timerId);
    const pauseMs = before === undefined ? pauseMsMin : Math.min(before.pauseMs * 2, pauseMsMax);
    this.#failing.delete(timerId);
    if (this.#failing.size >= timersMax) this.#failing.delete(this.#failing.keys().next().value ?? '');
    this.#failing.set(timerId, { pauseMs, untilMs: this.#runtime.now() + pauseMs });
  }

  fired(timerId: string): void {
    this.#failing.delete(timerId);
  }
}
