import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { findRoot } from '@daybook/local';

/** This repository in a folder of its own. */
export interface Workspace {
  readonly folder: string;
  /** Runs a program of `node_modules/.bin`, from a folder below. @returns what it printed @throws Error with that where it fails */
  run(from: string, program: string, ...args: readonly string[]): Promise<string>;
  remove(): void;
}

const leftOut = new Set(['node_modules', 'dist', '.git', '.nx']);

/** Copies what is checked in, and links every file of the packages: their links to each other then lead to the copy's own projects. */
export function copyOfTheRepository(): Workspace {
  const root = findRoot(process.cwd());
  const folder = mkdtempSync(join(tmpdir(), 'daybook-generated-'));
  for (const name of readdirSync(root)) {
    if (leftOut.has(name) || name.startsWith('.daybook')) continue;
    cpSync(join(root, name), join(folder, name), {
      recursive: true,
      filter: (source) => !leftOut.has(basename(source)),
    });
  }
  for (const packages of nodeModulesOf(root)) link(join(root, packages), join(folder, packages));
  // The one file that npm writes into: a link would be the repository's own.
  const mark = 'node_modules/.package-lock.json';
  rmSync(join(folder, mark));
  cpSync(join(root, mark), join(folder, mark));
  return {
    folder,
    run: (from, program, ...args) => run(folder, join(folder, from), program, args),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A project has packages of its own where it needs another version. */
const nodeModulesOf = (root: string): readonly string[] => [
  'node_modules',
  ...['', 'apps', 'libs', 'tools'].flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
      .map(({ name }) => join(folder, name, 'node_modules'))
      .filter((path) => existsSync(join(root, path))),
  ),
];

/** Links take seconds and no room; where the folder is on another disk it has to be copies. */
function link(from: string, to: string): void {
  mkdirSync(join(to, '..'), { recursive: true });
  if (spawnSync('cp', ['-al', from, to]).status === 0) return;
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

function run(folder: string, cwd: string, program: string, args: readonly string[]): Promise<string> {
  const bin = join(folder, 'node_modules/.bin');
  // What Nx and npm tell the processes that they start is about this repository and this terminal.
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(NX_|npm_|JEST_|FORCE_COLOR$|INIT_CWD$|NODE_OPTIONS$)/.test(name),
  );
  const env = { ...Object.fromEntries(own), PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  return new Promise((resolve, reject) => {
    const child = spawn(join(bin, program), args, {
      cwd,
      // Nothing is asked of a registry: all packages are there.
      env: { ...env, NX_DAEMON: 'false', NX_TUI: 'false', npm_config_offline: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => void (printed += String(text)));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(printed) : reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${printed}`)),
    );
  });
}
