import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runningSystem } from '@daybook/local';
import type { Command, PipelineOptions } from './run-pipeline.ts';

export interface ExecuteOptions {
  readonly root: string;
  /** Carry out for real what needs no cloud. */
  readonly forReal: boolean;
  /** And `npm test`. */
  readonly whole: boolean;
  /** Instead of the commit that base.sh finds. */
  readonly base?: string;
  readonly print: (line: string) => void;
}

/** Carries out commands on this machine, each as its treatment says. */
export function executeHere({ root, forReal, whole, base, print }: ExecuteOptions): PipelineOptions['execute'] {
  return async ({ run, env, treatment }) => {
    if (base !== undefined && run.startsWith('infra/pipelines/base.sh')) {
      print(`  $ ${run}   (given: ${base})`);
      return { base };
    }
    const how = await treat({ run, env, treatment }, forReal, whole);
    const variables = { ...env, ...how.env };
    const assigned = Object.entries(variables).filter(([, value]) => value !== '');
    print(`  $ ${assigned.map(([name, value]) => `${name}=${quoted(value)} `).join('')}${how.run}${how.why}`);
    return how.go ? runHere(root, how.run, variables) : {};
  };
}

interface How {
  readonly go: boolean;
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
  /** For people, after the command. */
  readonly why: string;
}

async function treat({ run, treatment }: Omit<Command, 'job'>, forReal: boolean, whole: boolean): Promise<How> {
  const asItIs = { go: true, run, env: {}, why: '' };
  const dry = { go: true, run, env: { DRY_RUN: '1' }, why: '' };
  switch (treatment) {
    case 'run':
      return asItIs;
    case 'work':
      return forReal ? asItIs : { ...asItIs, go: false, why: '   (with --run)' };
    case 'whole':
      return forReal && whole ? asItIs : { ...asItIs, go: false, why: '   (with --run --whole)' };
    case 'runner':
      return { ...asItIs, go: false, why: '   (on a new machine)' };
    case 'image':
      return forReal && (await hasDocker()) ? { ...dry, env: { DRY_RUN: 'push' } } : dry;
    case 'smoke':
      if (forReal && (await runningSystem(process.env)) !== undefined)
        return { ...asItIs, run: 'infra/pipelines/smoke.sh local', why: '   (npm start runs)' };
      return dry;
    case 'cloud':
      return dry;
  }
}

const hasDocker = (): Promise<boolean> =>
  promisify(execFile)('docker', ['buildx', 'ls'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );

/** As GitHub runs it: by bash, with a file for outputs. */
async function runHere(root: string, command: string, env: Command['env']): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-pipeline-'));
  const outputs = join(folder, 'outputs');
  writeFileSync(outputs, '');
  try {
    const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', command], {
      cwd: root,
      env: { ...process.env, NX_DAEMON: 'false', ...env, GITHUB_OUTPUT: outputs },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const code = await new Promise<number>((done, fail) => {
      child.once('error', fail);
      child.once('exit', (status, signal) => done(status ?? (signal === null ? 0 : 1)));
    });
    if (code !== 0) throw new Error(`${command} ended with ${code}`);
    const lines = readFileSync(outputs, 'utf8').split('\n').filter(Boolean);
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const quoted = (text: string): string => (/^[\w./:@=+-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
