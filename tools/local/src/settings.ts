import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { eachService, type ServiceName, serviceNames, services } from '@daybook/contracts';
import { StartRefused } from './refusal.ts';
import { issuerUrl, resolveStores, type Stores, storeVariables } from './stores.ts';

/** Environment variables by name; an empty value counts as none. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Loopback ports. */
export interface Ports extends Readonly<Record<ServiceName, number>> {
  readonly cosmos: number;
  readonly eventHubs: number;
  readonly blob: number;
  readonly issuer: number;
}

export const defaultPorts: Ports = {
  ...eachService((service) => services[service].port),
  cosmos: 8081,
  eventHubs: 5672,
  blob: 10_000,
  issuer: 4109,
};

/** One process of a service. */
export interface ServiceInstance {
  readonly service: ServiceName;
  /** Of the process and its log: `order` for the first, then `order-1`, `order-2` … */
  readonly name: string;
  /** Its INSTANCE_ID. */
  readonly id: string;
  readonly port: number;
}

/** Base addresses: of the services, and of the issuer of tokens for development, where there is one of ours. */
export type Urls = Readonly<Record<ServiceName, string>> & { readonly issuer?: string };

/** A local system as its settings describe it. */
export interface Settings extends Stores {
  /** Absolute. */
  readonly dataFolder: string;
  readonly ports: Ports;
  /** The processes of the services; the first of each listens at `urls`. */
  readonly instances: readonly ServiceInstance[];
  /** Where the emulators are administered; absent where they are not. */
  readonly adminPorts?: { readonly cosmos: number; readonly eventHubs: number };
  readonly urls: Urls;
}

/** Variables that Daybook's programs read to find stores and ports; a child gets only those that are meant for it. */
export const settingNames: readonly string[] = [
  ...storeVariables,
  'PORT',
  'INSTANCE_ID',
  'DAYBOOK_DATA',
  'DAYBOOK_PORT_OFFSET',
];

/** Settings as `npm start` understands the environment. Refuses with `bad-setting`. */
export function resolveSettings(environment: Environment, root: string): Settings {
  const offset = portOffset(environment);
  const folder = environment['DAYBOOK_DATA'] || (offset === 0 ? '.daybook' : `.daybook-${offset}`);
  return settingsFor(environment, resolve(root, folder), shiftPorts(defaultPorts, offset));
}

/** Settings of a system with these ports and this data; `environment` may name other stores than our emulators. */
export function settingsFor(environment: Environment, dataFolder: string, ports: Ports): Settings {
  const stores = resolveStores(environment, dataFolder, ports);
  return {
    dataFolder,
    ports,
    instances: serviceNames.map((service) => instanceOf(service, 0, ports[service])),
    urls: {
      ...eachService((service) => `http://127.0.0.1:${ports[service]}`),
      ...(stores.emulators.issuer ? { issuer: issuerUrl(ports) } : {}),
    },
    ...stores,
  };
}

/** The n-th process of a service, counted from 0. */
export const instanceOf = (service: ServiceName, index: number, port: number): ServiceInstance => ({
  service,
  name: index === 0 ? service : `${service}-${index}`,
  id: `${service}-${index}`,
  port,
});

/** Ports that follow one another, in the order of {@link defaultPorts}. */
export function portsFrom(numbers: readonly number[]): Ports {
  const names = Object.keys(defaultPorts) as (keyof Ports)[];
  return Object.fromEntries(names.map((name, index) => [name, numbers[index]])) as unknown as Ports;
}

/** The repository's root, seen from a folder inside it. */
export function findRoot(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'nx.json')) && existsSync(join(folder, 'tools', 'local'))) return folder;
    if (folder === dirname(folder)) {
      throw new StartRefused('bad-setting', `${from} is not inside the Daybook repository; run this from there.`);
    }
  }
}

function portOffset(environment: Environment): number {
  const text = environment['DAYBOOK_PORT_OFFSET'] || '0';
  const offset = Number(text);
  const highest = Math.max(...Object.values(defaultPorts)) + offset;
  if (/^\d{1,5}$/.test(text) && highest <= 65_535) return offset;
  throw new StartRefused(
    'bad-setting',
    `DAYBOOK_PORT_OFFSET is "${text}"; it must be a whole number from 0 to ${65_535 - Math.max(...Object.values(defaultPorts))}.`,
  );
}

const shiftPorts = (ports: Ports, offset: number): Ports =>
  portsFrom(Object.values(ports).map((port: number) => port + offset));
