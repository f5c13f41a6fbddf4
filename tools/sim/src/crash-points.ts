import { run, type RunResult } from './run.ts';
import { type PathName, pathNames, paths } from './workload/paths.ts';
import { calm } from './world/options.ts';

export interface CrashPointsOptions {
  /** Every nth effect only; 1: every one. */
  readonly every: number;
  /** Default: all. */
  readonly paths?: readonly PathName[];
  readonly onRun?: (done: number, of: number, failed: number) => void;
}

/** How one path bore the death of a participant at each of its effects. */
export interface PathResult {
  readonly path: PathName;
  /** Effects of the path without any crash. */
  readonly effects: number;
  readonly runs: number;
  readonly failed: readonly {
    readonly effect: number;
    readonly when: 'before' | 'after';
    readonly result: RunResult;
  }[];
}

const seed = 1;

/** Runs each path once to count its effects, and then once for each of them, with a crash right before it and right after it. */
export async function crashPoints(options: CrashPointsOptions): Promise<readonly PathResult[]> {
  const results: PathResult[] = [];
  for (const path of options.paths ?? pathNames) {
    const plan = paths[path];
    const whole = await run({ seed, profile: calm, plan });
    const failed: PathResult['failed'][number][] =
      whole.violations.length > 0 ? [{ effect: 0, when: 'before', result: whole }] : [];
    const points = Array.from({ length: whole.effects }, (_, index) => index + 1).filter(
      (effect) => effect % options.every === 0,
    );
    let done = 0;
    for (const effect of points) {
      for (const when of ['before', 'after'] as const) {
        const result = await run({ seed, profile: calm, plan, crashPoint: { effect, when } });
        done += 1;
        if (result.violations.length > 0) failed.push({ effect, when, result });
        options.onRun?.(done, points.length * 2, failed.length);
      }
    }
    results.push({ path, effects: whole.effects, runs: done, failed });
  }
  return results;
}
