import type { MutationName } from './mutations/switches.ts';
import { type Coverage, coverageOf } from './report/coverage.ts';
import { run, type RunResult } from './run.ts';
import { Tally } from './world/tally.ts';

export interface SimulationOptions {
  readonly from: number;
  readonly seeds: number;
  readonly mutation?: MutationName;
  /** End at the first run with a violation. */
  readonly untilViolation?: boolean;
  /** Real time in milliseconds, to tell how fast it was. */
  readonly clock: () => number;
  readonly onRun?: (done: number, failed: number) => void;
  /** Told of each run with a violation, at once. */
  readonly onFailed?: (result: RunResult) => void;
}

export interface Simulation {
  readonly runs: number;
  readonly failed: readonly RunResult[];
  readonly runsPerSecond: number;
  readonly coverage: Coverage;
}

/** Runs seeds one after another. */
export async function simulate(options: SimulationOptions): Promise<Simulation> {
  const { from, seeds, mutation, clock } = options;
  const tally = new Tally();
  const failed: RunResult[] = [];
  const startedMs = clock();
  let runs = 0;
  while (runs < seeds && !(options.untilViolation === true && failed.length > 0)) {
    const result = await run({ seed: from + runs, ...(mutation === undefined ? {} : { mutation }) });
    runs += 1;
    tally.addAll(result.tally);
    if (result.violations.length > 0) {
      failed.push(result);
      options.onFailed?.(result);
    }
    options.onRun?.(runs, failed.length);
  }
  const runsPerSecond = Math.round((runs * 1_000) / Math.max(1, clock() - startedMs));
  return { runs, failed, runsPerSecond, coverage: coverageOf((counter) => tally.get(counter), runs) };
}
