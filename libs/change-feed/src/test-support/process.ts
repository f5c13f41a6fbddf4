import type { Container, Runtime, VirtualRuntime } from '@daybook/ports';
import { ContainerError } from '@daybook/ports';

/** What may go wrong with a call to a container, each by its own probability. */
export interface FaultRates {
  /** Done, and the answer lost. */
  readonly answerLost?: number;
  /** Not done, and no answer either. */
  readonly requestLost?: number;
  readonly unavailable?: number;
}

/** A process as seen from its ports: it can be killed or stopped (as by SIGSTOP) between any two of its steps. */
export interface SimulatedProcess {
  readonly runtime: Runtime;
  container<T extends Container>(inner: T, faults?: FaultRates): T;
  /** Counts as a step: the process may die or stop right here. */
  step(): Promise<void>;
  kill(): void;
  /** Kills it at its nth step from now. */
  killAfter(steps: number): void;
  freeze(): void;
  thaw(): void;
  readonly dead: boolean;
}

export const counts = { answerLost: 0, requestLost: 0, unavailable: 0 };

export function simulateProcess(runtime: VirtualRuntime): SimulatedProcess {
  let dead = false;
  let stepsLeft = Infinity;
  let frozen: { readonly thawed: Promise<void>; readonly thaw: () => void } | undefined;
  const never = new Promise<never>(() => undefined);

  const alive = async (): Promise<void> => {
    while (frozen !== undefined) await frozen.thawed;
    if (dead) await never;
  };
  const step = async (): Promise<void> => {
    stepsLeft -= 1;
    if (stepsLeft < 0) dead = true;
    await alive();
  };

  const call = async <R>(name: string, isWrite: boolean, faults: FaultRates, inner: () => Promise<R>): Promise<R> => {
    const chance = runtime.random();
    const { unavailable = 0, requestLost = 0, answerLost = 0 } = faults;
    await runtime.sleep(runtime.random() * 4);
    await step();
    if (chance < unavailable) {
      counts.unavailable += 1;
      throw new ContainerError('unavailable', name, 'seeded fault');
    }
    if (isWrite && chance < unavailable + requestLost) {
      counts.requestLost += 1;
      throw new ContainerError('outcome-unknown', name, 'seeded fault: not done');
    }
    const result = await inner();
    await runtime.sleep(runtime.random() * 4);
    await step();
    if (isWrite && chance < unavailable + requestLost + answerLost) {
      counts.answerLost += 1;
      throw new ContainerError('outcome-unknown', name, 'seeded fault: done');
    }
    return result;
  };

  return {
    runtime: {
      now: () => runtime.now(),
      random: () => runtime.random(),
      newId: () => runtime.newId(),
      async sleep(delayMs, signal) {
        await runtime.sleep(delayMs, signal);
        await alive();
      },
    },
    container<T extends Container>(inner: T, faults: FaultRates = {}): T {
      const wrapped: Container = {
        name: inner.name,
        batch: (key, operations) => call(inner.name, true, faults, () => inner.batch(key, operations)),
        read: (key, id) => call(inner.name, false, faults, () => inner.read(key, id)),
        query: (query) => call(inner.name, false, faults, () => inner.query(query)),
        feedRanges: () => call(inner.name, false, faults, () => inner.feedRanges()),
        feedPage: (request) => call(inner.name, false, faults, () => inner.feedPage(request)),
      };
      return wrapped as T;
    },
    step,
    kill() {
      dead = true;
    },
    killAfter(steps) {
      stepsLeft = steps;
    },
    freeze() {
      if (frozen !== undefined) return;
      let thaw = (): void => undefined;
      const thawed = new Promise<void>((resolve) => {
        thaw = resolve;
      });
      frozen = { thawed, thaw };
    },
    thaw() {
      const { thaw } = frozen ?? {};
      frozen = undefined;
      thaw?.();
    },
    get dead() {
      return dead;
    },
  };
}
