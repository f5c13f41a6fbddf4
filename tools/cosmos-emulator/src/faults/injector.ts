import type { Operation } from '../operations/operation.ts';
import type { Fault, FaultMatch, FaultPlan } from './fault.ts';
import { faultName } from './fault.ts';
import { checkPlan } from './check-plan.ts';

/** A request as faults look at it. */
export interface FaultTarget extends Operation {
  /** The components of its partition key, where it names one. */
  readonly partitionKey?: readonly unknown[] | undefined;
}

/** Injects the faults of a plan. */
export interface FaultInjector {
  /** Begins a plan and counts from zero. Throws `FaultPlanInvalidError`. */
  plan(plan: FaultPlan): void;
  /** Ends all faults; what was counted stays. */
  clear(): void;
  /** The running plan. */
  current(): FaultPlan | undefined;
  /** How often each fault of the last plan was injected, by its name. */
  injected(): Readonly<Record<string, number>>;
}

/** A small generator of numbers from 0 to 1 (mulberry32), enough for chances. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const matches = (match: FaultMatch | undefined, { kind, container, partitionKey }: FaultTarget): boolean => {
  if (match === undefined) return true;
  const { operations, containers, partitionKeys } = match;
  return (
    (operations === undefined || operations.includes(kind)) &&
    (containers === undefined || (container !== undefined && containers.includes(container))) &&
    (partitionKeys === undefined ||
      (partitionKey?.length === 1 && partitionKeys.some((key) => key === partitionKey[0])))
  );
};

/** An injector without a plan. `next` decides which fault a request meets. */
export const createFaultInjector = (): FaultInjector & { next(target: FaultTarget): Fault | undefined } => {
  let running: { readonly plan: FaultPlan; readonly random: () => number; readonly left: number[] } | undefined;
  let injected: Record<string, number> = {};
  return {
    plan: (plan) => {
      checkPlan(plan);
      const left = plan.rules.map(({ timesMax }) => timesMax ?? Infinity);
      running = { plan, random: randomFrom(plan.seed), left };
      injected = {};
    },
    clear: () => {
      running = undefined;
    },
    current: () => running?.plan,
    injected: () => ({ ...injected }),
    next: (target) => {
      if (running === undefined) return undefined;
      const { plan, random, left } = running;
      for (const [index, { fault, chance, match }] of plan.rules.entries()) {
        const remaining = left[index] ?? 0;
        if (remaining <= 0 || !matches(match, target) || random() >= chance) continue;
        left[index] = remaining - 1;
        const name = faultName(fault);
        injected[name] = (injected[name] ?? 0) + 1;
        return fault;
      }
      return undefined;
    },
  };
};
