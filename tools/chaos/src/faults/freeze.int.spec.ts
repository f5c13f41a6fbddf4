import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freeze } from './freeze.ts';

/** Counts aloud. */
const counting = 'let n = 0; setInterval(() => console.log((n += 1)), 10)';

describe('a frozen process', () => {
  let child: ChildProcess;
  beforeEach(async () => {
    child = spawn(process.execPath, ['-e', counting], { stdio: ['ignore', 'pipe', 'inherit'] });
    await heard();
  });
  afterEach(() => child.kill('SIGKILL'));

  const heard = (): Promise<unknown> => once(child.stdout!, 'data');
  const isSilentFor = async (ms: number): Promise<boolean> => {
    // What it said before is still in the pipe.
    await new Promise((resolve) => setTimeout(resolve, 100));
    let silent = true;
    child.stdout!.once('data', () => (silent = false));
    await new Promise((resolve) => setTimeout(resolve, ms));
    return silent;
  };

  it('stands still until it is let go on', async () => {
    const thaw = freeze(child.pid ?? 0, 60_000);
    expect(await isSilentFor(100)).toBe(true);
    thaw();
    await heard();
  });

  it('goes on by itself when nobody lets it', async () => {
    freeze(child.pid ?? 0, 0);
    expect(await isSilentFor(50)).toBe(true);
    await heard();
  });

  it('may be dead when it is let go on', async () => {
    const thaw = freeze(child.pid ?? 0, 60_000);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(thaw).not.toThrow();
  });
});
