import type { Fault } from '@daybook/ports';

export interface FaultPlanOptions {
  /** Chance of the plan: `virtualRuntime({ seed })`'s, so that one seed replays the whole run. */
  readonly random: () => number;
  /** Probability of each fault, 0 to 1; together at most 1. */
  readonly chances: Readonly<Partial<Record<Fault, number>>>;
  /** No more faults after so many: the run can come to its end. Default: no limit. */
  readonly faultsMax?: number;
}

export interface FaultPlan {
  /** For the `faults` option of `memoryContainer` and `memoryHub`. */
  next(): Fault | undefined;
  /** Ends all faults, for the last part of a run: now everything must come to rest. */
  heal(): void;
  /** How often each fault was injected, to see that a run has met what it should. */
  readonly injected: Readonly<Record<Fault, number>>;
}

/** Faults by chance from a seed. */
export function faultPlan({ random, chances, faultsMax = Infinity }: FaultPlanOptions): FaultPlan {
  const injected: Record<Fault, number> = { before: 0, throttled: 0, 'executed-but-lost': 0 };
  const thresholds = (Object.keys(injected) as Fault[]).map((fault) => [fault, chances[fault] ?? 0] as const);
  const total = thresholds.reduce((sum, [, chance]) => sum + chance, 0);
  if (total > 1) throw new RangeError(`faultPlan: the chances add up to ${total}; at most 1`);
  let left = faultsMax;
  return {
    next() {
      let drawn = random();
      if (left <= 0) return undefined;
      for (const [fault, chance] of thresholds) {
        if (drawn < chance) {
          injected[fault] += 1;
          left -= 1;
          return fault;
        }
        drawn -= chance;
      }
      return undefined;
    },
    heal() {
      left = 0;
    },
    injected,
  };
}
