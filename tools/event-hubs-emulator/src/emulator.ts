import type { AdminListener, Certificate, TokenIssuer } from '@daybook/cosmos-emulator/shared';
import { createTokenVerifier } from '@daybook/cosmos-emulator/shared';
import { createAccess } from './access/access.ts';
import type { HubRoles } from './access/roles.ts';
import { createRights } from './access/roles.ts';
import { listenAdmin } from './admin.ts';
import { createConsumers } from './amqp/consumers.ts';
import { createAmqpServer } from './amqp/server.ts';
import type { HubConfig } from './config.ts';
import { validateHubs } from './config.ts';
import { DEFAULT_KEY, DEFAULT_KEY_NAME, emulatorConnectionString } from './connection-string.ts';
import type { HubFaults } from './faults/injector.ts';
import { createHubFaults } from './faults/injector.ts';
import type { HubLag } from './lag.ts';
import { lagOf } from './lag.ts';
import { openNamespace } from './log/namespace.ts';

export interface EventHubsEmulatorOptions {
  /** A file that is created when it is missing, or `:memory:`. */
  readonly storage: string;
  /** Hubs and consumer groups to add; those already stored stay. */
  readonly hubs: readonly HubConfig[];
  readonly keyName?: string;
  readonly key?: string;
  /** `false` lets every client in. Default: tokens and rights are checked. */
  readonly checkTokens?: boolean;
  /** What identities may do; without any, only the key lets in. */
  readonly roles?: HubRoles;
  /** Whose tokens prove identities. By default they are those of `devTokenCredential`, signed with `key`; where one is named, its alone. */
  readonly issuer?: TokenIssuer;
  /** The clock of enqueued times, in milliseconds since 1970. Tokens expire by the clock of the machine. */
  readonly now?: () => number;
  /** Told about broken connections and protocol errors of clients; they concern that client only. */
  readonly onProblem?: (problem: string) => void;
}

/** A running listener. */
export interface EventHubsListener {
  readonly port: number;
  /** For `EventHubProducerClient` and `EventHubConsumerClient` of `@azure/event-hubs`. */
  readonly connectionString: string;
  /** For the same clients with a credential, where the listener has a certificate, which they must trust. */
  readonly fullyQualifiedNamespace: string;
  /** Ends the connections of this listener; the data stays open. */
  close(): Promise<void>;
}

export interface EventHubsEmulator {
  /** New for every new data file. Checkpoints stored under another one are stale. */
  readonly generationId: string;
  /** Faults by chance, from a seed. */
  readonly faults: HubFaults;
  /** How far consumer groups are behind, partition by partition. */
  lag(): readonly HubLag[];
  /** Adds hubs and consumer groups while running. Throws `EmulatorConfigError`. */
  addHubs(hubs: readonly HubConfig[]): void;
  /** Listens; port 0 takes a free one. With a certificate the same port speaks TLS too, over which alone the SDK shows Entra tokens. */
  listen(address?: {
    readonly host?: string;
    readonly port?: number;
    readonly certificate?: Certificate | undefined;
  }): Promise<EventHubsListener>;
  /** Serves faults and lag as JSON on a port of loopback; port 0 takes a free one. */
  listenAdmin(address: { readonly port: number }): Promise<AdminListener>;
  /** Ends all listeners, connections and timers, and lets go of the data. */
  close(): Promise<void>;
}

/** Opens the data and prepares the server. Throws `EmulatorConfigError` (of hubs and roles) or `StorageError`. */
export function createEventHubsEmulator(options: EventHubsEmulatorOptions): EventHubsEmulator {
  const { keyName = DEFAULT_KEY_NAME, key = DEFAULT_KEY, now = Date.now } = options;
  const hubs = validateHubs(options.hubs);
  const access = createAccess({
    accessKey: { keyName, key },
    tokens: createTokenVerifier(options.issuer ?? { devKey: key }),
    rights: createRights(options.roles),
  });
  const namespace = openNamespace(options.storage, now);
  try {
    namespace.addHubs(hubs);
  } catch (error) {
    namespace.close();
    throw error;
  }
  const consumers = createConsumers();
  const faults = createHubFaults(now);
  const lag = (): readonly HubLag[] => lagOf(namespace, consumers);
  const server = createAmqpServer({
    namespace,
    consumers,
    nextFault: faults.next,
    access: options.checkTokens === false ? undefined : access,
    now,
    onProblem: options.onProblem ?? (() => undefined),
  });
  const listeners = new Set<EventHubsListener>();
  const admins: AdminListener[] = [];
  let closing: Promise<void> | undefined;

  async function closeAll(): Promise<void> {
    await Promise.all([...listeners, ...admins].map((listener) => listener.close()));
    namespace.close();
  }

  return {
    generationId: namespace.generationId,
    faults,
    lag,
    addHubs: (added) => namespace.addHubs(validateHubs(added)),
    async listen({ host = '127.0.0.1', port = 0, certificate } = {}) {
      const opened = await server.listen({ host, port, certificate });
      const listener: EventHubsListener = {
        port: opened.port,
        connectionString: emulatorConnectionString(opened.port, { host, keyName, key }),
        fullyQualifiedNamespace: `${host}:${opened.port}`,
        async close() {
          if (listeners.delete(listener)) await opened.close();
        },
      };
      listeners.add(listener);
      return listener;
    },
    async listenAdmin({ port }) {
      const admin = await listenAdmin({ faults, lag }, port);
      admins.push(admin);
      return admin;
    },
    close: () => (closing ??= closeAll()),
  };
}
