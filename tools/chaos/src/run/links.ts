import { serviceNames } from '@daybook/contracts';
import { type ServiceInstance, type Settings } from '@daybook/local';
import { linkName } from '../faults/fault.ts';
import { startProxy, type TcpProxy } from '../proxy/tcp-proxy.ts';

const stores = ['cosmos', 'eventHubs', 'blob'] as const;
/** Who asks the services. */
const clients = 'clients';

/** All ways there are between these processes of services, their stores and the clients. */
export const linkNames = (processes: readonly string[]): readonly string[] => [
  ...processes.flatMap((name) => stores.map((store) => linkName(name, store))),
  ...serviceNames.map((service) => linkName(clients, service)),
];

/** A proxy on every way between two. */
export interface Links {
  readonly proxies: Map<string, TcpProxy>;
  /** Opens the ways of one process to its stores; its environment then names these instead of the stores. */
  ofInstance(instance: ServiceInstance, settings: Settings): Promise<Readonly<Record<string, string>>>;
  /** Opens the ways of the clients to the services, each to all processes of it in turn; their addresses. */
  ofClients(settings: Settings): Promise<Settings['urls']>;
  close(): Promise<void>;
}

export function createLinks(): Links {
  const proxies = new Map<string, TcpProxy>();
  const open = async (name: string, ports: readonly number[]): Promise<number> => {
    const proxy = await startProxy(ports);
    proxies.set(name, proxy);
    return proxy.port;
  };
  return {
    proxies,
    async ofInstance({ name }, { ports, serviceEnv }) {
      const moved = new Map<string, number>();
      for (const store of stores) moved.set(String(ports[store]), await open(linkName(name, store), [ports[store]]));
      return Object.fromEntries(
        Object.entries(serviceEnv).map(([variable, value]) => [
          variable,
          value.replace(/127\.0\.0\.1:(\d+)/g, (_, port: string) => `127.0.0.1:${moved.get(port) ?? port}`),
        ]),
      );
    },
    async ofClients({ instances, urls }) {
      const addresses: Record<string, string> = {};
      for (const service of serviceNames) {
        const ports = instances.filter((instance) => instance.service === service).map(({ port }) => port);
        addresses[service] = `http://127.0.0.1:${await open(linkName(clients, service), ports)}`;
      }
      return { ...urls, ...addresses };
    },
    async close() {
      await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
    },
  };
}
