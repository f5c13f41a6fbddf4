import { commonEndpoints, containers, dataIdentities, hubsMax, serviceNames } from '@daybook/contracts';
import { defaultPorts } from '@daybook/local';
import type { Tree } from '@nx/devkit';
import { replaceOne, textOf } from './edit.ts';
import { keyOf } from './names.ts';
import { refuse } from './refused.ts';

/** The list of services, as text: what is generated has to see what was generated a moment ago. */
export const registryFile = 'libs/contracts/src/topology/services.ts';

export interface Registered {
  readonly port: number;
  readonly events: string;
  readonly publishes: boolean;
  readonly takesCommands: boolean;
}

const block = /(?<=export const services = \{\n)[^]*?(?=\} as const satisfies)/;
const entry =
  /^'?([a-z0-9-]+)'?: \{ port: (\d+), events: '([a-z0-9-]+)', publishes: (true|false), takesCommands: (true|false),? \}, ?/;

/** Services by name. @throws GenerationRefused where the list has another form */
export function registeredServices(tree: Tree): ReadonlyMap<string, Registered> {
  const [list = ''] = block.exec(textOf(tree, registryFile)) ?? [];
  const services = new Map<string, Registered>();
  // Prettier breaks an entry that is long.
  let rest = list
    .replaceAll(/^ *\/\/.*$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  while (rest !== '') {
    const [found, name = '', port, events = '', publishes, takesCommands] = entry.exec(rest) ?? [];
    if (found === undefined) {
      refuse(
        `${registryFile}: expected an entry "name: { port, events, publishes, takesCommands },", not "${rest.slice(0, 60)}".`,
      );
    }
    const sends = { publishes: publishes === 'true', takesCommands: takesCommands === 'true' };
    services.set(name, { port: Number(port), events, ...sends });
    rest = rest.slice(found.length);
  }
  if (services.size === 0)
    refuse(`${registryFile}: expected the list "export const services = { … } as const satisfies".`);
  return services;
}

/** Enters a service as the last one. */
export function register(text: string, name: string, { port, events, publishes, takesCommands }: Registered): string {
  const line = `  ${keyOf(name)}: { port: ${port}, events: '${events}', publishes: ${publishes}, takesCommands: ${takesCommands} },\n`;
  return replaceOne(text, registryFile, 'the end of the list of services', block, (list) => list + line);
}

const portsOfOthers = Object.entries(defaultPorts).filter(([name]) => !serviceNames.some((each) => each === name));

/** The port that was asked for, or the next one that is free. @throws GenerationRefused */
export function freePort(services: ReadonlyMap<string, Registered>, asked: number | undefined): number {
  const used = new Map(portsOfOthers.map(([name, port]) => [port, name]));
  for (const [name, { port }] of services) used.set(port, name);
  if (asked === undefined) {
    let port = Math.max(...[...services.values()].map((service) => service.port)) + 1;
    while (used.has(port)) port += 1;
    return port;
  }
  // DAYBOOK_PORT_OFFSET is added to it.
  if (!Number.isInteger(asked) || asked < 1_024 || asked > 60_000)
    refuse(`--port must be a number from 1024 to 60000.`);
  const holder = used.get(asked);
  if (holder !== undefined) refuse(`Port ${asked} is used by ${holder}: choose another one, or leave --port out.`);
  return asked;
}

/** @throws GenerationRefused where the namespace of hubs has no room for another one */
export function checkRoomForHub(services: ReadonlyMap<string, Registered>): void {
  const all = [...services.values()];
  const hubs = 1 + all.filter(({ publishes }) => publishes).length + all.filter((each) => each.takesCommands).length;
  if (hubs < hubsMax) return;
  refuse(
    `There are ${hubs} hubs, and ${hubsMax} are what a namespace of Event Hubs has room for here: with --no-hub the service keeps its events to itself.`,
  );
}

/** @throws GenerationRefused for a name that something else has */
export function checkServiceIsNew(tree: Tree, services: ReadonlyMap<string, Registered>, name: string): void {
  if (services.has(name)) {
    refuse(
      `There is a service ${name} already: apps/${name}. To add to it: npx nx g daybook:aggregate <name> --service ${name}`,
    );
  }
  const project = [name, `${name}-domain`].find((each) =>
    [`libs/${each}`, `tools/${each}`, each, `apps/${each}`].some((folder) => tree.exists(`${folder}/package.json`)),
  );
  const reserved = [...dataIdentities, ...portsOfOthers.map(([other]) => other), ...processes, 'source'];
  if (project === undefined && !reserved.includes(name)) return;
  refuse(`"${name}" is the name of something else here: choose another one.`);
}

/** What else has a name among processes, identities, hubs and containers. */
const processes = ['azurite', 'console', 'pipeline', 'provision', 'scaler'];

/** First parts of paths that every service has. */
export const commonPaths: ReadonlySet<string> = new Set(commonEndpoints.map(({ path }) => path.split('/')[2] ?? ''));

/** How the names of a service's containers end, other than that of its events. */
const ownContainers = new Set(
  containers.filter(({ purpose }) => purpose !== 'events').map(({ name, service }) => name.slice(service.length)),
);

/** @throws GenerationRefused where the container of events would have the name of another one */
export function checkEventsContainer(services: ReadonlyMap<string, Registered>, name: string, events: string): void {
  const taken = [...services.values()].some((service) => service.events === events);
  const owner = [...services.keys(), name].some(
    (each) => events.startsWith(each) && ownContainers.has(events.slice(each.length)),
  );
  if (taken || owner) refuse(`There is a container ${events} already: give --aggregate (or --plural) another name.`);
}
