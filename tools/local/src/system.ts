import { serviceNames } from '@daybook/contracts';
import { bundled } from './bundled.ts';
import { daybookProcesses } from './daybook-processes.ts';
import { isOfCredential } from './identities/credential-variables.ts';
import { prepareDataFolder } from './identities/prepare.ts';
import {
  defaultPorts,
  findRoot,
  instanceOf,
  portsFrom,
  resolveSettings,
  settingNames,
  settingsFor,
} from './settings.ts';
import type { Environment, ServiceInstance, Settings, Urls } from './settings.ts';
import type { ManagedProcess } from './supervisor/managed-process.ts';
import { findFreePorts } from './supervisor/ports.ts';
import { runProcesses } from './supervisor/run-processes.ts';
import type { ProcessSpec, RestartPauses } from './supervisor/process-spec.ts';

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
  /** How many processes of each service; 1 by default. More are for `ports: 'free'`. */
  readonly instances?: number;
  /** True: the emulators are administered, too (`settings.adminPorts`). For `ports: 'free'`. */
  readonly admin?: boolean;
  /** Added to the environment of one process of a service: the addresses under which it meets its stores, say. Asked before anything starts. */
  readonly instanceEnv?: (instance: ServiceInstance, settings: Settings) => Promise<Readonly<Record<string, string>>>;
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
  readonly urls: Urls;
  /** What a program needs in its environment to reach the same stores by their keys. */
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
  const { instanceEnv } = options;
  const instanceEnvs =
    instanceEnv &&
    Object.fromEntries(
      await Promise.all(
        settings.instances.map(async (instance) => [instance.name, await instanceEnv(instance, settings)] as const),
      ),
    );
  const { processes, stop } = await runProcesses({
    root,
    dataFolder: settings.dataFolder,
    fresh: options.fresh ?? false,
    command: options.command ?? 'another program',
    urls: settings.urls,
    specs: await withBundles(root, daybookProcesses(root, settings, options.services ?? true, instanceEnvs)),
    env: inheritedEnv(process.env, settings),
    prepare: () => prepareDataFolder(settings.dataFolder, process.env['NODE_EXTRA_CA_CERTS']),
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

/** What is ours is bundled; packages are as they come. */
async function withBundles(root: string, specs: readonly ProcessSpec[]): Promise<readonly ProcessSpec[]> {
  const isOurs = ({ script }: ProcessSpec): boolean => script.endsWith('.ts');
  const bundleOf = await bundled(root, [...new Set(specs.filter(isOurs).map(({ script }) => script))]);
  return specs.map((spec) => (isOurs(spec) ? { ...spec, bundle: bundleOf(spec.script) } : spec));
}

async function settle(options: SystemOptions, environment: Environment, root: string): Promise<Settings> {
  const { ports, dataFolder, instances = 1, admin = false } = options;
  if (ports === 'default') {
    if (instances !== 1 || admin) throw new RangeError("Instances and admin ports are for a system with ports: 'free'");
    return resolveSettings(dataFolder === undefined ? environment : { ...environment, DAYBOOK_DATA: dataFolder }, root);
  }
  if (dataFolder === undefined) throw new RangeError('A system on free ports needs a dataFolder of its own');
  const known = Object.keys(defaultPorts).length;
  const free = await findFreePorts(known + 2 + (instances - 1) * serviceNames.length, Math.random);
  const settings = settingsFor(environment, dataFolder, portsFrom(free));
  const [cosmos = 0, eventHubs = 0, ...others] = free.slice(known);
  return {
    ...settings,
    instances: [
      ...settings.instances,
      ...others.map((port, index) => {
        const service = serviceNames[index % serviceNames.length] ?? 'order';
        return instanceOf(service, 1 + Math.floor(index / serviceNames.length), port);
      }),
    ],
    ...(admin ? { adminPorts: { cosmos, eventHubs } } : {}),
  };
}

/** Settings reach a child only by its spec: one meant for the whole system would mislead it. So would a developer's own identity. */
function inheritedEnv(environment: Environment, { signIn }: Settings): Record<string, string> {
  const entries = Object.entries(environment).filter(
    ([name]) => !settingNames.includes(name) && !(signIn === 'identities' && isOfCredential(name)),
  );
  const inherited = Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
  return { ...inherited, DAYBOOK_SUPERVISED: '1' };
}
