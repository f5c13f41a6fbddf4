import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openLog } from './log-file.ts';
import type { ProcessSpec, RestartPauses } from './process-spec.ts';

/** What all processes of a supervisor have in common. */
export interface Surroundings {
  /** The repository: working directory of all processes. */
  readonly root: string;
  readonly logFolder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Lines for the person at the terminal. */
  readonly log: (line: string) => void;
  /** False: what dies stays dead until it is started again by hand. */
  readonly restarts: boolean;
  readonly pauses: RestartPauses;
  /** Told whenever a process was started or has ended. */
  readonly changed: () => void;
}

/** How a process ended: for people. */
export const describeEnd = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`;

/** Node.js 24, which is a package of the repository. */
export const nodeIn = (root: string): string => join(root, 'node_modules', '.bin', 'node');

/** What Node.js has compiled, for the next start of the same code: it then takes about half the time. */
const compileCacheIn = (root: string): string => join(root, 'node_modules', '.cache', 'node-compile-cache');

/** DEP0123: the AMQP library names a server by its address, which is all that a local one has. */
const nodeOptions = ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0123'];

/** What is run: the bundle, whose traces lead to the sources, or these where it has gone. */
const programOf = ({ script, bundle }: ProcessSpec): readonly string[] =>
  bundle !== undefined && existsSync(bundle) ? ['--enable-source-maps', bundle] : [script];

/** Starts a process in the supervisor's own process group; it ends when the supervisor does, and leaves SIGINT to it. */
export function spawnProcess(spec: ProcessSpec, { root, logFolder, env }: Surroundings): ChildProcess {
  const watch = pathToFileURL(join(root, 'tools', 'local', 'src', 'supervisor', 'parent-watch.ts')).href;
  const secrets = spec.envFile === undefined ? [] : [`--env-file=${spec.envFile}`];
  const log = openLog(logFolder, spec.name);
  try {
    const child = spawn(
      nodeIn(root),
      [...nodeOptions, ...secrets, '--import', watch, ...programOf(spec), ...spec.args],
      {
        cwd: root,
        env: { NODE_COMPILE_CACHE: compileCacheIn(root), ...env, ...spec.env },
        stdio: ['pipe', log, log],
      },
    );
    // The pipe breaks when the process ends, which is no error.
    child.stdin?.on('error', () => {});
    return child;
  } finally {
    closeSync(log);
  }
}
