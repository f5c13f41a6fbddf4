import { join } from 'node:path';
import { openDataFolder } from './data-folder.ts';
import type { ManagedProcess } from './managed-process.ts';
import { requireFreePorts } from './ports.ts';
import { defaultRestartPauses } from './process-spec.ts';
import type { ProcessSpec, RestartPauses } from './process-spec.ts';
import { supervise } from './supervisor.ts';

export interface RunOptions {
  readonly root: string;
  readonly dataFolder: string;
  readonly fresh: boolean;
  /** How people call what runs here: `npm start`. */
  readonly command: string;
  readonly urls: Readonly<Record<string, string>>;
  readonly specs: readonly ProcessSpec[];
  readonly env: Readonly<Record<string, string>>;
  /** Puts into the data folder what the processes begin with, once it is taken. */
  readonly prepare?: () => Promise<void>;
  readonly log: (line: string) => void;
  readonly restarts?: boolean;
  readonly pauses?: RestartPauses;
  /** Ends the start. */
  readonly signal?: AbortSignal;
}

export interface RunningProcesses {
  readonly processes: readonly ManagedProcess[];
  /** Stops all and gives the data folder up. Calling it again is the same stop. */
  stop(): Promise<void>;
}

/** Where the logs of a data folder are. */
export const logFolderIn = (dataFolder: string): string => join(dataFolder, 'logs');

/** Takes the data folder, checks the ports and starts the processes. Throws `StartRefused` and leaves nothing running. */
export async function runProcesses(options: RunOptions): Promise<RunningProcesses> {
  const { root, dataFolder, fresh, command, urls, specs, env, log, signal } = options;
  const folder = await openDataFolder({ path: dataFolder, fresh, command, urls, log });
  try {
    await requireFreePorts(specs);
    await options.prepare?.();
    const supervisor = supervise(specs, {
      root,
      logFolder: logFolderIn(dataFolder),
      env,
      log,
      restarts: options.restarts ?? true,
      pauses: options.pauses ?? defaultRestartPauses,
      changed: () =>
        folder.recordChildren(supervisor.processes.map(({ pid }) => pid).filter((pid) => pid !== undefined)),
    });
    const abort = (): void => void supervisor.stop();
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    await supervisor.start();
    signal?.removeEventListener('abort', abort);
    let stopped: Promise<void> | undefined;
    return {
      processes: supervisor.processes,
      stop() {
        stopped ??= supervisor.stop().then(() => folder.release());
        return stopped;
      },
    };
  } catch (error) {
    folder.release();
    throw error;
  }
}
