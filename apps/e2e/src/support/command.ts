import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findRoot } from '@daybook/local';

export interface Ran {
  readonly code: number | NodeJS.Signals;
  readonly out: string;
  readonly err: string;
}

/** Runs a Node.js script of the repository to its end, in a process group of its own; a bound kills all of the group. */
export function runScript(
  script: string,
  args: readonly string[],
  {
    env = {},
    timeoutMs = 90_000,
  }: { readonly env?: Readonly<Record<string, string>>; readonly timeoutMs?: number } = {},
): Promise<Ran> {
  const root = findRoot(process.cwd());
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, script), ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => void (out += String(chunk)));
    child.stderr.on('data', (chunk: Buffer) => void (err += String(chunk)));
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      reject(new Error(`${script} ${args.join(' ')} took more than ${timeoutMs / 1_000} s:\n${err}\n${out}`));
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? signal ?? 0, out, err });
    });
  });
}
