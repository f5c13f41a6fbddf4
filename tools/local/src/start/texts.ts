import { serviceNames } from '@daybook/contracts';
import type { Settings } from '../settings.ts';

export const usage = `npm start [-- --fresh]

Starts Daybook on this machine: emulators and services, each a process of its own, and starts again what dies.
Prints "ready" when orders can be placed. Ctrl-C or SIGTERM stops all.

  --fresh   begin empty: delete the data of earlier runs first
  --help    show this

Environment
  DAYBOOK_PORT_OFFSET    added to all ports; the data folder is then .daybook-<offset>
  DAYBOOK_DATA           the data folder (default .daybook)
  COSMOS_ENDPOINT, COSMOS_KEY                        use this Cosmos DB instead of an emulator
  EVENTHUBS_CONNECTION_STRING or EVENTHUBS_NAMESPACE use these Event Hubs instead of an emulator
  BLOB_CONNECTION_STRING or BLOB_ENDPOINT            use this Blob storage instead of an emulator
  AUTH_ISSUER, AUTH_AUDIENCE, AUTH_JWKS_URI          believe this issuer of tokens instead of one for development
  DAYBOOK_AUTH=off                                   believe whatever a caller says of itself`;

/** Where everything is: for the person at the terminal. Keys are left out. */
export function describeSystem(
  { urls, env, ports, emulators, dataFolder, signIn, keysBecauseOf }: Settings,
  logFolder: string,
): readonly string[] {
  const hubs = emulators.eventHubs
    ? `sb://127.0.0.1:${ports.eventHubs}`
    : (env['EVENTHUBS_NAMESPACE'] ?? endpointIn(env['EVENTHUBS_CONNECTION_STRING'] ?? ''));
  const blob = emulators.blob
    ? `https://127.0.0.1:${ports.blob}`
    : (env['BLOB_ENDPOINT'] ?? 'as BLOB_CONNECTION_STRING says');
  const tokens =
    urls.issuer ??
    env['AUTH_ISSUER'] ??
    'NONE NEEDED: DAYBOOK_AUTH is off, every caller is believed whatever it says of itself';
  const places: readonly (readonly [string, string])[] = [
    ...serviceNames.map((name) => [name, urls[name]] as const),
    ['Cosmos DB', env['COSMOS_ENDPOINT'] ?? ''],
    ['Event Hubs', hubs],
    ['Blob storage', blob],
    ['tokens', tokens],
    ['identities', signIn === 'identities' ? 'one for each service' : noIdentities(keysBecauseOf)],
    ['data', dataFolder],
    ['logs', logFolder],
  ];
  return places.map(([what, where]) => `  ${what.padEnd(14)}${where}`);
}

const endpointIn = (connectionString: string): string => /Endpoint=([^;]+)/.exec(connectionString)?.[1] ?? '';

const noIdentities = (because: string | undefined): string =>
  because === undefined
    ? 'none: no store is ours'
    : `none: the services use the keys of our stores, because ${because} needs you to be signed in to Azure`;
