// npm run chaos
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRoot } from '@daybook/local';
import { readTradeFile } from '@daybook/replay';
import { describeFault } from './faults/fault.ts';
import { type Flags, readFlags, usage, UsageError } from './flags.ts';
import { type ChaosOptions, planOf, runChaos } from './run/chaos.ts';
import { describeReport, reportOf } from './run/report.ts';
import { progressLine } from './run/progress.ts';
import { endlessOrders, wholeFile } from './run/workload.ts';

const stop = new AbortController();
const interrupted = (): void => stop.abort();
// Ctrl-C comes twice (from the terminal and from npm); it is the same stop. Whoever passes signals on to us may be killed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupted);
process.on('disconnect', interrupted);

try {
  process.exit(await main());
} catch (error) {
  if (stop.signal.aborted) process.exit(130);
  const message = error instanceof Error ? error.message : String(error);
  console.error(error instanceof UsageError ? `${message}\n\n${usage}` : `chaos: ${message}`);
  process.exit(2);
}

async function main(): Promise<number> {
  const flags = readFlags(process.argv.slice(2));
  if (flags === undefined) {
    console.log(usage);
    return 0;
  }
  const timing = { ...flags, forMs: Math.round(flags.minutes * 60_000) };
  if (flags.plan) {
    for (const { atMs, fault } of planOf(timing)) {
      console.log(`${(atMs / 1_000).toFixed(1).padStart(7)} s  ${describeFault(fault)}`);
    }
    return 0;
  }
  const folder = await mkdtemp(join(tmpdir(), 'daybook-chaos-'));
  let keep = flags.keep;
  try {
    const file = readTradeFile(flags.file ?? join(findRoot(process.cwd()), 'tools/replay/data/extract-2010-12.csv'));
    const progress = progressLine();
    console.error(`Starting a system; seed ${flags.seed}, faults for ${flags.minutes} minutes`);
    const facts = await runChaos({
      ...{ ...timing, folder, onProgress: progress.show, signal: stop.signal },
      workload: workloadOf(flags, file),
    });
    progress.end();
    const report = reportOf(facts);
    console.log(describeReport(report, facts));
    await writeFile(join(folder, 'report.json'), `${JSON.stringify(report)}\n`);
    keep ||= report.failures.length > 0;
    if (keep) console.log(`Data, logs and trace: ${folder}`);
    const { orders, faults, violations, longestStallMs, recoveryMs, ...more } = report;
    if (flags.json) console.log(JSON.stringify({ orders, faults, violations, longestStallMs, recoveryMs, ...more }));
    return report.failures.length === 0 ? 0 : 1;
  } catch (error) {
    keep ||= !stop.signal.aborted;
    if (keep) console.error(`Data, logs and trace: ${folder}`);
    throw error;
  } finally {
    if (!keep) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The whole file takes as long as it takes, and one order of it may have 675 lines: how many end in a minute is then its own affair. */
function workloadOf({ seed, rate, replay }: Flags, file: ReturnType<typeof readTradeFile>): ChaosOptions['workload'] {
  return (urls) =>
    replay === undefined
      ? endlessOrders(file, urls, seed, rate)
      : wholeFile(file, urls, { ...replay, concurrency: 24 });
}
