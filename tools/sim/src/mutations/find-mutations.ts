import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { type MutationName, mutationNames } from './switches.ts';

export interface FoundMutation {
  readonly mutation: MutationName;
  /** The first seed that fails with it; absent where it survives all of them. */
  readonly caughtAtSeed?: number;
  readonly invariant?: string;
}

export interface FindOptions {
  /** So many seeds each has to be found in. */
  readonly seeds: number;
  readonly from: number;
  /** Default: all. */
  readonly mutations?: readonly MutationName[];
  /** The simulator's `main.ts`; default: the one of this package. */
  readonly main?: string;
}

const limitMs = 300_000;

/** Runs the simulator with each mistake built in until it is found: in a process of its own, for sources are changed as they are loaded. */
export async function findMutations(options: FindOptions): Promise<readonly FoundMutation[]> {
  const found: FoundMutation[] = [];
  for (const mutation of options.mutations ?? mutationNames) found.push(await find(mutation, options));
  return found;
}

async function find(mutation: MutationName, { seeds, from, main }: FindOptions): Promise<FoundMutation> {
  const script = main ?? join(import.meta.dirname, '..', 'main.ts');
  const flags = [
    '--mutation',
    mutation,
    '--seeds',
    String(seeds),
    '--from',
    String(from),
    '--until-violation',
    '--json',
  ];
  const output = await outputOf(script, flags);
  const line = output.stdout.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new Error(`mutation ${mutation}: the simulator itself failed:\n${output.stderr}`);
  const { failed } = JSON.parse(line) as { readonly failed: readonly { seed: number; invariant: string }[] };
  const [first] = failed;
  return first === undefined ? { mutation } : { mutation, caughtAtSeed: first.seed, invariant: first.invariant };
}

function outputOf(
  script: string,
  flags: readonly string[],
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const options = { timeout: limitMs, maxBuffer: 64 * 1_024 * 1_024 };
    execFile(execPath, [script, ...flags], options, (_error, stdout, stderr) => resolve({ stdout, stderr }));
  });
}
