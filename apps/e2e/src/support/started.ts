import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, findRoot, resolveSettings, type Settings } from '@daybook/local';
import { until } from '@daybook/replay';

/** `npm start` as somebody at a terminal runs it: the real entry program, in a process group of its own. */
export interface Started {
  readonly settings: Settings;
  /** Its process group, and the process that the terminal knows. */
  readonly group: number;
  output(): string;
  /** Resolves when it has printed `ready` on a line of its own. */
  ready(): Promise<void>;
  /** Resolves with exit code or signal; fails when it takes too long. */
  ended(timeoutMs?: number): Promise<number | NodeJS.Signals>;
  /** Ends whatever is left of it. Always call it. */
  destroy(): Promise<void>;
}

/** Where a system is to be: data and ports of its own. */
export interface Place {
  readonly dataFolder: string;
  readonly offset: number;
  remove(): Promise<void>;
}

/** A new data folder, and an offset at which all ports are free. */
export async function findPlace(): Promise<Place> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'daybook-e2e-'));
  for (;;) {
    const offset = 11_000 + Math.floor(Math.random() * 10_000);
    const { ports } = settingsAt({ dataFolder, offset });
    const free = await Promise.all(Object.values(ports).map((port: number) => isFree(port)));
    if (free.every(Boolean)) {
      return { dataFolder, offset, remove: () => rm(dataFolder, { recursive: true, force: true, maxRetries: 5 }) };
    }
  }
}

export function startAt(place: Pick<Place, 'dataFolder' | 'offset'>): Started {
  const root = findRoot(process.cwd());
  const child = spawn(process.execPath, [join(root, 'tools', 'local', 'start.mjs')], {
    cwd: root,
    // As under npm, it ends when its parent does, so that nothing outlives a test run that was killed.
    env: { ...process.env, ...environmentOf(place), npm_lifecycle_event: 'start' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const group = child.pid ?? 0;
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => void (output += String(chunk)));
  const end = (): number | NodeJS.Signals | null => child.exitCode ?? child.signalCode;
  return {
    settings: settingsAt(place),
    group,
    output: () => output,
    async ready() {
      await until('npm start to print ready', () => /^ready$/m.test(output) || end() !== null, { timeoutMs: 60_000 });
      if (!/^ready$/m.test(output)) throw new Error(`npm start ended (${end()}):\n${output}`);
    },
    async ended(timeoutMs = 30_000) {
      await until('npm start to end', () => end() !== null, { timeoutMs });
      return end() ?? 0;
    },
    async destroy() {
      if (processesIn(group).length > 0) killGroup(group, child);
      await until('its processes to be gone', () => processesIn(group).length === 0);
    },
  };
}

function killGroup(group: number, child: ChildProcess): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

function environmentOf({ dataFolder, offset }: Pick<Place, 'dataFolder' | 'offset'>): Environment {
  return { DAYBOOK_DATA: dataFolder, DAYBOOK_PORT_OFFSET: String(offset) };
}

const settingsAt = (place: Pick<Place, 'dataFolder' | 'offset'>): Settings =>
  resolveSettings(environmentOf(place), findRoot(process.cwd()));

/** True when nobody listens on the loopback port. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });

/** Processes of a group that run; those that have ended and were not yet collected do not count. */
export function processesIn(group: number): readonly number[] {
  return (process.platform === 'linux' ? fromProc() : fromPs())
    .filter((found) => found.group === group && !found.state.startsWith('Z'))
    .map(({ pid }) => pid);
}

interface ProcessRow {
  readonly pid: number;
  readonly state: string;
  readonly group: number;
}

function fromProc(): ProcessRow[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state = '', , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [{ pid: Number(name), state, group: Number(group) }];
      } catch {
        return [];
      }
    });
}

function fromPs(): ProcessRow[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,stat=,pgid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => {
      const [pid, state = '', group] = line.trim().split(/\s+/);
      return { pid: Number(pid), state, group: Number(group) };
    });
}
