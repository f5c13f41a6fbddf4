import type { HttpClient } from '@azure/core-rest-pipeline';
import { createGrants } from './access/roles.ts';
import type { Roles } from './access/roles.ts';
import { listenAdmin } from './faces/admin-server.ts';
import { createHttpClient } from './faces/http-client.ts';
import { listen } from './faces/http-server.ts';
import type { Listener, ListenOptions } from './faces/http-server.ts';
import type { FaultRule } from './faults/fault.ts';
import { createFaultInjector } from './faults/injector.ts';
import type { FaultInjector } from './faults/injector.ts';
import { createHandler } from './handler.ts';
import { EMULATOR_KEY } from './protocol/authorization.ts';
import { createRecorder } from './recorder/recorder.ts';
import type { Recorder } from './recorder/recorder.ts';
import type { AdminListener } from './shared/json-server.ts';
import { createTokenVerifier } from './shared/tokens.ts';
import type { TokenIssuer } from './shared/tokens.ts';
import { createSplitter } from './splits.ts';
import type { Split, SplitOptions } from './splits.ts';
import { createCatalog } from './storage/catalog.ts';
import { createGroupCommit } from './storage/group-commit.ts';
import { createItems } from './storage/items.ts';
import { createOrderIndexes } from './storage/order-indexes.ts';
import { createRanges } from './storage/ranges.ts';
import { openStore } from './storage/store.ts';

/** How an emulator is made. */
export interface CosmosEmulatorOptions {
  /** A file's path, or `:memory:`. */
  readonly storage: string;
  /** Feed ranges of every container, 4 by default. An existing file keeps its number; another one is an error. */
  readonly feedRanges?: number | undefined;
  /** The base64 key that clients must sign with; {@link EMULATOR_KEY} by default. */
  readonly key?: string | undefined;
  /** What identities may do; without any, only the key lets in. */
  readonly roles?: Roles | undefined;
  /** Whose tokens prove identities. By default they are those of `devTokenCredential`, signed with `key`; where one is named, its alone. */
  readonly issuer?: TokenIssuer | undefined;
  /** Milliseconds since 1970, for `_ts` and the expiry of items and tokens; the system's clock by default. */
  readonly now?: (() => number) | undefined;
  /** For tests: asked for every request, through either face, which fault it meets. For chances use `emulator.faults`. */
  readonly faults?: FaultRule | undefined;
  /** How many requests the recorder keeps; 10,000 by default. */
  readonly recordedRequestsMax?: number | undefined;
}

/** A running emulator. */
export interface CosmosEmulator {
  /** For `CosmosClientOptions.httpClient`, with any https endpoint, say `https://embedded.invalid`. */
  readonly httpClient: HttpClient;
  /** Every request with its status, charge and duration. */
  readonly recorder: Recorder;
  /** Faults by chance, from a seed. */
  readonly faults: FaultInjector;
  /** Splits a feed range while its readers run, and for good. Rejects with `SplitRefusedError`. */
  splitRange(options: SplitOptions): Promise<Split>;
  /** Starts a server; port 0 takes a free one. */
  listen(address: ListenOptions): Promise<Listener>;
  /** Serves recorder, faults and splits as JSON on a port of loopback. */
  listenAdmin(address: { readonly port: number }): Promise<AdminListener>;
  /** Closes its servers and the data. */
  close(): Promise<void>;
}

/** Opens the data and makes an emulator over it. Throws `StorageUnusableError` and `RolesInvalidError`. */
export const createCosmosEmulator = (options: CosmosEmulatorOptions): CosmosEmulator => {
  const grants = createGrants(options.roles);
  const store = openStore(options.storage, options.feedRanges);
  const commits = createGroupCommit(store);
  const recorder = createRecorder(options.recordedRequestsMax ?? 10_000);
  const now = options.now ?? Date.now;
  const faults = createFaultInjector(now);
  const ranges = createRanges(store);
  const orderIndexes = createOrderIndexes(store);
  const services = {
    store,
    catalog: createCatalog(store, orderIndexes),
    items: createItems(store, ranges, now),
    ranges,
    orderIndexes,
    splitting: new Set<string>(),
    now,
  };
  const splitter = createSplitter(services, commits);
  const key = options.key ?? EMULATOR_KEY;
  const handler = createHandler(services, commits, {
    key,
    tokens: createTokenVerifier(options.issuer ?? { devKey: key }),
    grants,
    faults: options.faults,
    nextFault: faults.next,
    record: recorder.record,
  });
  const listeners: { close(): Promise<void> }[] = [];
  const kept = <L extends { close(): Promise<void> }>(listener: L): L => {
    listeners.push(listener);
    return listener;
  };
  return {
    httpClient: createHttpClient(handler),
    recorder,
    faults,
    splitRange: splitter.split,
    listen: async (address) => kept(await listen(handler, address)),
    listenAdmin: async ({ port }) => kept(await listenAdmin({ recorder, faults, splitter }, port)),
    close: async () => {
      splitter.close();
      await Promise.all(listeners.map((listener) => listener.close()));
      await commits.idle();
      store.close();
    },
  };
};
