import { spawn } from 'node:child_process';

/** A script in a process of its own. */
export interface ScriptProcess {
  /** What it said when it was ready: the groups of `ready`. */
  readonly said: readonly string[];
  /** Resolves with everything that it has said once it has ended by itself. */
  ended(): Promise<string>;
  close(): Promise<void>;
}

export interface ScriptOptions {
  readonly script: string;
  readonly args: readonly string[];
  /** What it says when it may be used. */
  readonly ready: RegExp;
}

const startMsMax = 20_000;

/** Begins a script with this Node.js and waits until it says that it is ready. */
export async function startScript({ script, args, ready }: ScriptOptions): Promise<ScriptProcess> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  try {
    const said = await new Promise<readonly string[]>((resolve, reject) => {
      const heard = (chunk: unknown): void => {
        output += String(chunk);
        const match = ready.exec(output);
        if (match !== null) resolve(match.slice(1));
      };
      child.stdout.on('data', heard);
      child.stderr.on('data', heard);
      child.once('close', () => reject(new Error(`${script} ended: ${output}`)));
      setTimeout(() => reject(new Error(`${script} was not ready within ${startMsMax} ms`)), startMsMax).unref();
    });
    return { said, close, ended: () => ended.then(() => output) };
  } catch (error) {
    await close();
    throw error;
  }
}
