// npm test
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findRoot } from '../settings.ts';
import { countTests, summary } from './counts.ts';

const usage = `npm test [-- --skip-e2e]

Format, lint, type check, unit and integration tests, builds, contracts, simulated histories, end-to-end tests. Of tests and builds, what has not changed comes from the cache.`;

const root = findRoot(process.cwd());
const results = join(root, 'dist', 'tests');
const { values: flags } = parseArgs({ options: { 'skip-e2e': { type: 'boolean' }, help: { type: 'boolean' } } });

const nx = (...args: string[]): readonly string[] => ['nx', ...args, '--outputStyle=stream'];
const steps: readonly (readonly [string, readonly string[]])[] = [
  ['format', ['prettier', '--check', '--log-level', 'warn', '.']],
  // One program over everything is a tenth of the work of one for each project, as `nx affected` has it.
  ['lint', ['eslint', '.']],
  ['types', ['node', join(root, 'node_modules/typescript7/bin/tsc'), '-p', 'tsconfig.base.json']],
  [
    'tests, builds, contracts, 1,000 simulated histories',
    nx('run-many', '-t', 'sim-ci', 'test', 'build', 'check', '--parallel=2'),
  ],
  ...(flags['skip-e2e'] === true ? [] : ([['end-to-end tests', nx('run-many', '-t', 'e2e')]] as const)),
];

let current: ChildProcess | undefined;
let stopped = false;
const stop = (): void => {
  stopped = true;
  current?.kill('SIGTERM');
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) process.on(signal, stop);

function succeeds([command = '', ...args]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    // Without the daemon nothing outlives the run, and every output of a cached task is put back where it belongs.
    const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };
    current = spawn(join(root, 'node_modules', '.bin', command), args, {
      cwd: root,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    current.once('error', () => resolve(false));
    current.once('exit', (code) => resolve(code === 0));
  });
}

async function runSteps(): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const [name, command] of steps) {
    if (stopped) break;
    console.log(`\n── ${name}`);
    if (!(await succeeds(command))) failed.push(name);
  }
  return failed;
}

if (flags.help === true) {
  console.log(usage);
} else {
  rmSync(results, { recursive: true, force: true });
  const failed = await runSteps();
  const counts = countTests(results);
  process.exitCode = failed.length > 0 || counts.failed > 0 || stopped ? 1 : 0;
  console.log();
  if (counts.skipped > 0) console.log(`skipped: ${counts.skipped}`);
  for (const name of failed) console.log(`failed: ${name}`);
  if (stopped) console.log('stopped before the end');
  console.log(summary(counts, failed.length + (stopped ? 1 : 0)));
}
// The channel to the process that started this one would keep it from ending.
if (process.connected) process.disconnect();
