import type { Store } from './store.ts';

/** Runs work against the store; what is asked for in one turn of the event loop shares one commit. */
export interface GroupCommit {
  /**
   * Runs `work` and answers when everything before it, itself included, is on disk. Work that throws leaves no trace and
   * does not disturb its neighbours. `writes` says whether it may change anything.
   */
  run<T>(work: () => T, writes: boolean): Promise<T>;
  /** Resolves when nothing is waiting. */
  idle(): Promise<void>;
}

interface Waiting {
  readonly writes: boolean;
  /** Runs the work; the returned function settles its promise. */
  readonly execute: () => () => void;
  readonly fail: (error: unknown) => void;
}

/** One writer over the store: an fsync is slow, so concurrent requests share it. */
export const createGroupCommit = (store: Store): GroupCommit => {
  let waiting: Waiting[] = [];
  let idleListeners: (() => void)[] = [];

  const settle = (group: readonly Waiting[]): void => {
    const transactional = group.some((entry) => entry.writes);
    const answers: (() => void)[] = [];
    try {
      if (transactional) store.begin();
      for (const entry of group) answers.push(entry.execute());
      if (transactional) store.commit();
    } catch (error) {
      // Nothing of the group is on disk, so nobody may be told otherwise.
      if (transactional) store.rollback();
      group.forEach((entry) => entry.fail(error));
      return;
    }
    answers.forEach((answer) => answer());
  };

  const flush = (): void => {
    const group = waiting;
    waiting = [];
    settle(group);
    const listeners = idleListeners;
    idleListeners = [];
    listeners.forEach((listener) => listener());
  };

  return {
    run: (work, writes) =>
      new Promise((resolve, reject) => {
        const execute = (): (() => void) => {
          try {
            const result = writes ? store.atomic(work) : work();
            return () => resolve(result);
          } catch (error) {
            return () => reject(error);
          }
        };
        waiting.push({ writes, execute, fail: reject });
        // setImmediate runs after the poll phase: every request that arrived in this turn is in the group.
        if (waiting.length === 1) setImmediate(flush);
      }),
    idle: () => (waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => idleListeners.push(resolve))),
  };
};
