import { daybookProcesses } from './daybook-processes.ts';
import { defaultPorts, findRoot, portsFrom, resolveSettings, settingNames, settingsFor } from './settings.ts';
import type { Environment, Settings, ServiceName } from './settings.ts';
import type { ManagedProcess } from './supervisor/managed-process.ts';
import { findFreePorts } from './supervisor/ports.ts';
import { runProcesses } from './supervisor/run-processes.ts';
import type { RestartPauses } from './supervisor/process-spec.ts';

export interface SystemOptions {
  /** Where its data is: a folder of its own. With `ports: 'default'` it may be left out (`.daybook`). */
  readonly dataFolder?: string;
  /** `free`: any that are free, for throw-away systems. `default`: those of `npm start`, with DAYBOOK_PORT_OFFSET. Default `free`. */
  readonly ports?: 'free' | 'default';
  /** Begin empty. */
  readonly fresh?: boolean;
  /** Environment variables that count as settings (COSMOS_ENDPOINT and so on). Default none: all emulators are its own. */
  readonly environment?: Environment;
  /** False: only the stores, without the services, to look at data at rest. */
  readonly services?: boolean;
  /** False: a process that dies stays down until its `start()` is called. */
  readonly restarts?: boolean;
  readonly pauses?: RestartPauses;
  readonly log?: (line: string) => void;
  /** How people call the program that starts it; for messages to others. */
  readonly command?: string;
  /** Ends the start. */
  readonly signal?: AbortSignal;
}

export interface System {
  readonly settings: Settings;
  /** Base addresses of the services. */
  readonly urls: Readonly<Record<ServiceName, string>>;
  /** What a program needs in its environment to reach the same stores. */
  readonly env: Readonly<Record<string, string>>;
  readonly processes: readonly ManagedProcess[];
  /** The process of a name: `order`, `azurite`… Throws when there is none. */
  process(name: string): ManagedProcess;
  /** Stops all in order, within 30 s. Repeatable. */
  stop(): Promise<void>;
}

/** Starts a whole local Daybook and resolves when orders can be placed. Throws `StartRefused`, and then nothing is left running. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const root = findRoot(process.cwd());
  const environment = options.environment ?? {};
  const settings = await settle(options, environment, root);
  const { processes, stop } = await runProcesses({
    root,
    dataFolder: settings.dataFolder,
    fresh: options.fresh ?? false,
    command: options.command ?? 'another program',
    urls: settings.urls,
    specs: daybookProcesses(root, settings, options.services ?? true),
    env: inheritedEnv(process.env),
    log: options.log ?? (() => {}),
    restarts: options.restarts ?? true,
    ...(options.pauses === undefined ? {} : { pauses: options.pauses }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return {
    settings,
    urls: settings.urls,
    env: settings.env,
    processes,
    process: (name) => {
      const found = processes.find((candidate) => candidate.spec.name === name);
      if (found === undefined) throw new RangeError(`This system has no process "${name}"`);
      return found;
    },
    stop,
  };
}

async function settle({ ports, dataFolder }: SystemOptions, environment: Environment, root: string): Promise<Settings> {
  if (ports === 'default') {
    return resolveSettings(dataFolder === undefined ? environment : { ...environment, DAYBOOK_DATA: dataFolder }, root);
  }
  if (dataFolder === undefined) throw new RangeError('A system on free ports needs a dataFolder of its own');
  const free = await findFreePorts(Object.keys(defaultPorts).length, Math.random);
  return settingsFor(environment, dataFolder, portsFrom(free));
}

/** Settings reach a child only by its spec: one meant for the whole system would mislead it. */
function inheritedEnv(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment).filter(([name]) => !settingNames.includes(name));
  const inherited = Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
  return { ...inherited, DAYBOOK_SUPERVISED: '1' };
}
