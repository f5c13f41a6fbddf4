import type { Arguments } from './arguments.ts';
import { crashPoints } from './crash-points.ts';
import { findMutations } from './mutations/find-mutations.ts';
import { progress } from './report/progress.ts';
import { timelineLine } from './report/timeline.ts';
import { run, type RunResult } from './run.ts';
import { simulate } from './simulate.ts';
import { type PathName, pathNames } from './workload/paths.ts';

const clock = (): number => performance.now();
/** Failing seeds that are named; the rest is counted. */
const shownMax = 20;

/** Does what the command line asks for. @returns the exit code */
export async function carryOut(args: Arguments): Promise<number> {
  switch (args.mode) {
    case 'seeds':
      return runSeeds(args);
    case 'one-seed':
      return runOne(args);
    case 'crash-points':
      return runCrashPoints(args);
    case 'mutations':
      return runMutations(args);
    case 'help':
      return 0;
  }
}

async function runSeeds(args: Arguments): Promise<number> {
  const bar = progress('seeds');
  let told = 0;
  const { from, seeds, mutation, untilViolation } = args;
  const simulation = await simulate({
    ...{ from, seeds, untilViolation, clock },
    ...(mutation === undefined ? {} : { mutation }),
    onRun: (done, failed) => bar(done, seeds, failed),
    onFailed: (result) => {
      if ((told += 1) <= shownMax) tellFailed(result, args);
    },
  });
  const { runs, failed, runsPerSecond, coverage } = simulation;
  // A mistake that was built in is to be found; what a run that ends early has not met says nothing.
  const missed = mutation === undefined && runs === seeds ? coverage.missed : [];
  if (args.json) {
    const seedsFailed = failed.map(({ seed, violations }) => ({ seed, ...violations[0] }));
    const result = { runs, violations: failed.length, runsPerSecond, coverage: coverage.counts, missed };
    console.log(JSON.stringify({ ...result, failed: seedsFailed.slice(0, shownMax) }));
  } else {
    console.log(`${runs} runs, ${failed.length} with violations, ${runsPerSecond} runs a second`);
    for (const [name, count] of Object.entries(coverage.counts)) console.log(`${String(count).padStart(8)}  ${name}`);
    for (const each of missed) console.log(`not met often enough: ${each}`);
  }
  if (failed.length > shownMax) console.error(`… and ${failed.length - shownMax} more seeds`);
  if (failed[0] !== undefined) await printTimeline(failed[0].seed, args);
  return failed.length === 0 && missed.length === 0 ? 0 : 1;
}

async function runOne(args: Arguments): Promise<number> {
  const { from: seed, mutation } = args;
  if (args.timeline) await printTimeline(seed, args, console.log);
  const result = await run({ seed, ...(mutation === undefined ? {} : { mutation }) });
  if (args.json) console.log(JSON.stringify(result));
  else {
    console.log(`seed ${seed}: ${result.violations.length} violations, history ${result.hash}`);
    for (const [name, count] of Object.entries(result.tally)) console.log(`${String(count).padStart(8)}  ${name}`);
    if (result.violations.length > 0) tellFailed(result, args);
  }
  return result.violations.length === 0 ? 0 : 1;
}

function tellFailed({ seed, violations }: RunResult, { mutation }: Arguments): void {
  console.error(`\nseed ${seed}:`);
  for (const { invariant, where, message } of violations.slice(0, 5))
    console.error(`  ${invariant}: ${where}: ${message}`);
  if (violations.length > 5) console.error(`  … and ${violations.length - 5} more`);
  const flags = mutation === undefined ? '' : ` --mutation ${mutation}`;
  console.error(`  again, exactly: npx nx sim fulfilment -- --seed ${seed} --timeline${flags}`);
}

/** Runs the seed once more: the same happens, and this time it is told. */
async function printTimeline(
  seed: number,
  { mutation }: Arguments,
  print: (line: string) => void = console.error,
): Promise<void> {
  print(`\ntimeline of seed ${seed}`);
  await run({
    seed,
    ...(mutation === undefined ? {} : { mutation }),
    onNote: (atMs, who, what) => print(timelineLine(atMs, who, what)),
  });
}

async function runCrashPoints({ every, path, json }: Arguments): Promise<number> {
  const wanted = pathNames.filter((name) => path === undefined || name === path);
  if (wanted.length === 0) throw new Error(`--path: there is no ${path}; there are ${pathNames.join(', ')}`);
  const results = [];
  for (const name of wanted as readonly PathName[]) {
    const bar = progress(name);
    results.push(...(await crashPoints({ every, paths: [name], onRun: bar })));
  }
  const told = results.map(({ path: name, effects, runs, failed }) => ({
    path: name,
    effects,
    runs,
    violations: failed.length,
  }));
  if (json) console.log(JSON.stringify({ crashPoints: told }));
  else console.table(told);
  for (const { path: name, failed } of results) {
    for (const { effect, when, result } of failed.slice(0, shownMax)) {
      console.error(`${name}: a crash ${when} effect ${effect}: ${JSON.stringify(result.violations[0])}`);
    }
  }
  return results.every(({ failed }) => failed.length === 0) ? 0 : 1;
}

async function runMutations({ seeds, from, json }: Arguments): Promise<number> {
  const found = await findMutations({ seeds, from });
  if (json) console.log(JSON.stringify({ mutations: found }));
  else console.table(found);
  return found.every(({ caughtAtSeed }) => caughtAtSeed !== undefined) ? 0 : 1;
}
