import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findRoot } from '../settings.ts';
import { holderOf } from '../supervisor/data-folder.ts';
import { isAlive, makeFakes, until } from '../supervisor/fakes.ts';
import type { Fakes } from '../supervisor/fakes.ts';
import { findFreePorts } from '../supervisor/ports.ts';

/** The real chain: an entry program, as start.mjs, with the supervisor behind it and processes behind that. */
describe('the supervisor as a process', () => {
  const root = findRoot(process.cwd());
  let fakes: Fakes;
  let program: string;
  let entry: ChildProcess;
  let output = '';

  const begin = (): ChildProcess => {
    const run = fakes.script(
      'entry',
      `import { runOnNode24 } from ${JSON.stringify(join(root, 'tools/local/bootstrap.mjs'))};
       await runOnNode24(${JSON.stringify(program)}, []);`,
    );
    output = '';
    const child = spawn(process.execPath, [run], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
    return child;
  };
  const children = (): readonly number[] => holderOf(fakes.dataFolder)?.children.map(({ pid }) => pid) ?? [];
  const supervisor = (): number => holderOf(fakes.dataFolder)?.pid ?? 0;
  const events = (): string => readFileSync(join(fakes.folder, 'events'), 'utf8');

  beforeEach(async () => {
    fakes = makeFakes();
    const [first = 0, second = 0] = await findFreePorts(2, Math.random);
    const specs = [fakes.service('store', 0, first), fakes.service('app', 1, second)];
    const source = (path: string): string => JSON.stringify(join(root, 'tools/local/src', path));
    const { log: _log, signal: _signal, ...options } = fakes.options(specs);
    const path = fakes.script(
      'supervisor',
      `import { runProcesses } from ${source('supervisor/run-processes.ts')};
       import { runUntilSignal } from ${source('start/until-signal.ts')};
       const log = (line) => console.log(line);
       await runUntilSignal({ host: process, log, started: () => log('ready'),
         start: (signal) => runProcesses({ ...${JSON.stringify(options)}, log, signal }) });`,
    );
    // runOnNode24 takes paths from the root of the repository.
    program = relative(root, path);
    entry = begin();
    await until('it is ready', () => output.includes('ready\n'));
  });
  afterEach(async () => {
    if (entry.exitCode === null && entry.signalCode === null) {
      entry.kill('SIGTERM');
      await once(entry, 'exit');
    }
    fakes.remove();
  });

  it('keeps all in one process group', () => {
    const groupOf = (pid: number): string | undefined =>
      /\) \S+ \S+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
    if (process.platform !== 'linux') return;
    const pids = [entry.pid ?? 0, supervisor(), ...children()];
    expect(pids.map(groupOf)).toEqual(pids.map(() => String(entry.pid)));
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'stops in order on several %s to the whole group',
    async (signal) => {
      const pids = children();
      expect(pids).toHaveLength(2);
      const ended = once(entry, 'exit');
      // Ctrl-C: the terminal signals all, npm once more. SIGTERM and SIGHUP go to the entry alone, or no order could be kept.
      const target = signal === 'SIGINT' ? -(entry.pid ?? 0) : (entry.pid ?? 0);
      process.kill(target, signal);
      process.kill(entry.pid ?? 0, signal);
      expect(await ended).toEqual([0, null]);
      expect(events().endsWith('app stopped\nstore stopped\n')).toBe(true);
      expect(pids.some(isAlive)).toBe(false);
    },
  );

  it.each(['the supervisor', 'the entry'])(
    'ends all within 5 s when %s is killed, and starts again at once',
    async (who) => {
      const pids = [...children(), supervisor()];
      const began = performance.now();
      process.kill(who === 'the entry' ? (entry.pid ?? 0) : supervisor(), 'SIGKILL');
      if (who === 'the supervisor') await once(entry, 'exit');
      await until('all have ended', () => !pids.some(isAlive));
      expect(performance.now() - began).toBeLessThan(5_000);
      entry = begin();
      await until('it is ready again', () => output.includes('ready\n'));
    },
  );
});
