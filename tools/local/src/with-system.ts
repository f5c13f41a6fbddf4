import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRoot, resolveSettings } from './settings.ts';
import type { Environment, Settings } from './settings.ts';
import { startSystem } from './system.ts';

/** Settings of the system that runs where the environment points, or `undefined` when none answers there. */
export async function runningSystem(environment: Environment): Promise<Settings | undefined> {
  const settings = resolveSettings(environment, findRoot(process.cwd()));
  try {
    const answer = await fetch(`${settings.urls.order}/health/live`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok ? settings : undefined;
  } catch {
    return undefined;
  }
}

export interface ThrowAwayOptions {
  /** How people call the program, for messages. */
  readonly command: string;
  readonly log?: (line: string) => void;
}

/** Runs a task against a system with data of its own, which is gone afterwards, also when Ctrl-C ends the task early. */
export async function withThrowAwaySystem<T>(
  options: ThrowAwayOptions,
  task: (settings: Settings) => Promise<T>,
): Promise<T> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'daybook-'));
  const abort = new AbortController();
  let stop = async (): Promise<void> => {};
  const cleanUp = async (): Promise<void> => {
    await stop();
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  };
  const interrupted = (): void => {
    abort.abort();
    void cleanUp().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const system = await startSystem({ dataFolder, ports: 'free', signal: abort.signal, ...options });
    stop = () => system.stop();
    return await task(system.settings);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await cleanUp();
  }
}
