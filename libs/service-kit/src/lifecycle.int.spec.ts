import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Plan } from './test-support/lifecycle-process.ts';

interface Run {
  readonly process: ChildProcess;
  /** What it has said so far, line by line. */
  readonly lines: string[];
  /** Resolves when it has said this. */
  said(line: string): Promise<void>;
  /** Resolves when it has ended, with its exit code. */
  readonly ended: Promise<number | null>;
}

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

function run(plan: Plan = {}): Run {
  const file = join(process.cwd(), 'src/test-support/lifecycle-process.ts');
  const child = spawn(process.execPath, [file, JSON.stringify(plan)], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const lines: string[] = [];
  const waiting: { readonly line: string; readonly resolve: () => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const one of waiting) if (one.line === line) one.resolve();
  });
  return {
    process: child,
    lines,
    said: (line) =>
      new Promise((resolve) => {
        if (lines.includes(line)) resolve();
        else waiting.push({ line, resolve });
      }),
    ended: new Promise((resolve) => child.on('close', resolve)),
  };
}

const started = ['start a', 'start b', 'start c'];
const stopped = ['stop c', 'stopped c', 'stop b', 'stopped b', 'stop a', 'stopped a'];

describe('a service', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('starts in order and stops in reverse at %s', async (signal) => {
    const service = run();
    await service.said('start c');
    service.process.kill(signal);
    expect(await service.ended).toBe(0);
    expect(service.lines).toEqual([...started, 'stopping', ...stopped, 'stopped']);
  });

  it('stops once, whatever number of signals arrive', async () => {
    const service = run();
    await service.said('start c');
    service.process.kill('SIGTERM');
    await service.said('stop c');
    service.process.kill('SIGTERM');
    service.process.kill('SIGINT');
    await service.said('stop b');
    service.process.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(service.lines).toEqual([...started, 'stopping', ...stopped, 'stopped']);
  });

  it('that is supervised leaves Ctrl-C to its supervisor', async () => {
    const service = run({ supervised: true });
    await service.said('start c');
    service.process.kill('SIGINT');
    service.process.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(service.lines).toEqual([...started, 'stopping', ...stopped, 'stopped']);
  });

  it('that cannot start stops what was started, and says why', async () => {
    const service = run({ failToStart: 'b' });
    expect(await service.ended).toBe(2);
    expect(service.lines).toEqual([
      'start a',
      'start b',
      'stop b',
      'stopped b',
      'stop a',
      'stopped a',
      'failed: b cannot start',
    ]);
  });

  it.each([
    ['ends', { slowInStart: 'b' }, ['started b']],
    ['fails', { failSlowlyInStart: 'b' }, []],
  ])('lets a start that is under way end before it stops it: it %s', async (_name, plan, said) => {
    const service = run(plan);
    await service.said('start b');
    service.process.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    const lines = ['start a', 'start b', 'stopping', ...said, 'stop b', 'stopped b', 'stop a', 'stopped a', 'stopped'];
    expect(service.lines).toEqual(lines);
  });

  it('stops while it is still starting, where that does not end', async () => {
    const service = run({ hangInStart: 'b', startGraceMs: 50 });
    await service.said('start b');
    service.process.kill('SIGTERM');
    await service.said('stopped');
    expect(service.lines).toEqual([
      'start a',
      'start b',
      'stopping',
      'stop b',
      'stopped b',
      'stop a',
      'stopped a',
      'stopped',
    ]);
  });

  it('stops the others where one cannot be stopped', async () => {
    const service = run({ failToStop: 'b' });
    await service.said('start c');
    service.process.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(service.lines.slice(3)).toEqual([
      'stopping',
      'stop c',
      'stopped c',
      'stop b',
      'could not stop',
      'stop a',
      'stopped a',
      'stopped',
    ]);
  });

  it('ends anyway where stopping takes too long', async () => {
    const service = run({ hangInStop: 'b', stopTimeoutMs: 200 });
    await service.said('start c');
    service.process.kill('SIGTERM');
    expect(await service.ended).toBe(1);
    expect(service.lines.at(-1)).toMatch(/^stopping took too long/);
  });
});
