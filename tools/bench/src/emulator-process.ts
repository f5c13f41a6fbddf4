import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface EmulatorProcess {
  readonly endpoint: string;
  /** Ends the process and removes its data. */
  close(): Promise<void>;
}

const startMsMax = 20_000;

/** The Cosmos DB emulator in a process of its own, on a free port, with data in a temporary folder. */
export async function startEmulator(repository: string): Promise<EmulatorProcess> {
  const data = await mkdtemp(join(tmpdir(), 'daybook-bench-'));
  const script = join(repository, 'tools/cosmos-emulator/src/main.ts');
  const child = spawn(process.execPath, [script, '--port', '0', '--data', data], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  try {
    const endpoint = await new Promise<string>((resolve, reject) => {
      let output = '';
      const heard = (chunk: unknown): void => {
        output += String(chunk);
        const url = /listening on (https?:\/\/\S+?),/.exec(output)?.[1];
        if (url !== undefined) resolve(url);
      };
      child.stdout.on('data', heard);
      child.stderr.on('data', heard);
      child.once('close', () => reject(new Error(`the emulator ended: ${output}`)));
      setTimeout(() => reject(new Error(`the emulator did not start within ${startMsMax} ms`)), startMsMax).unref();
    });
    return { endpoint, close };
  } catch (error) {
    await close();
    throw error;
  }
}
