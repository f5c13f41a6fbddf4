import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRoot } from '../settings.ts';
import { identify } from './process-identity.ts';
import type { ProcessSpec, Readiness } from './process-spec.ts';
import type { RunOptions } from './run-processes.ts';

/** Test support: a temporary folder with small real programs to supervise. */
export interface Fakes {
  readonly folder: string;
  readonly dataFolder: string;
  readonly lines: string[];
  /** A program that listens on the port, notes what it does in `events`, and stops on SIGTERM. */
  service(name: string, stage: number, port: number, body?: string): ProcessSpec;
  script(name: string, body: string): string;
  spec(name: string, stage: number, body: string, ready: Readiness): ProcessSpec;
  options(specs: readonly ProcessSpec[], changes?: Partial<RunOptions>): RunOptions;
  remove(): void;
}

export function makeFakes(): Fakes {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'daybook-local-')));
  const dataFolder = join(folder, 'data');
  const lines: string[] = [];
  const events = join(folder, 'events');
  writeFileSync(events, '');
  const script = (name: string, body: string): string => {
    const path = join(folder, `${name}.mjs`);
    writeFileSync(path, body);
    return path;
  };
  const spec = (name: string, stage: number, body: string, ready: Readiness): ProcessSpec => ({
    name,
    stage,
    script: script(name, body),
    args: [],
    ready,
    ...(ready.kind === 'tcp' ? { port: { number: ready.port, variable: `${name.toUpperCase()}_PORT` } } : {}),
  });
  const serviceBody = (name: string, port: number, body: string): string => `
    import { appendFileSync } from 'node:fs';
    import { createServer } from 'node:net';
    const note = (what) => appendFileSync(${JSON.stringify(events)}, ${JSON.stringify(name)} + ' ' + what + '\\n');
    const server = createServer((socket) => socket.destroy()).listen(${port}, '127.0.0.1', () => note('up'));
    let stop = () => { note('stopped'); process.exit(0); };
    ${body}
    process.on('SIGTERM', () => stop());
  `;
  return {
    folder,
    dataFolder,
    lines,
    script,
    spec,
    service: (name, stage, port, body = '') => spec(name, stage, serviceBody(name, port, body), { kind: 'tcp', port }),
    options: (specs, changes = {}) => ({
      root: findRoot(process.cwd()),
      dataFolder,
      fresh: false,
      command: 'npm start',
      urls: {},
      specs,
      env: { PATH: process.env['PATH'] ?? '' },
      log: (line) => void lines.push(line),
      pauses: { firstMs: 50, maxMs: 200, stableMs: 60_000 },
      ...changes,
    }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Waits until something holds; fails after 10 s. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`Waited 10 s in vain: ${what}`);
    await sleep(10);
  }
}

export const isAlive = (pid: number): boolean => identify(pid) !== undefined;
