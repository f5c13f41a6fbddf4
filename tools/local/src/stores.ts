import { certificateFilesIn } from './identities/certificate.ts';
import { devAudience } from './issuer/issuer.ts';
import { identityPath } from './issuer/managed-identity.ts';
import type { Environment, Ports } from './settings.ts';

type Variables = Readonly<Record<string, string>>;

/** The stores of a local system, and how its programs reach them. */
export interface Stores {
  /** Which emulators are ours to start: those for which nothing else is named. */
  readonly emulators: {
    readonly cosmos: boolean;
    readonly eventHubs: boolean;
    readonly blob: boolean;
    /** Of the tokens of callers. */
    readonly issuer: boolean;
  };
  /**
   * What a program needs to reach the same stores by their keys: COSMOS_*, EVENTHUBS_*, BLOB_*, AUTH_*, DAYBOOK_DATA, and
   * NODE_EXTRA_CA_CERTS where one of them speaks TLS only.
   */
  readonly env: Variables;
  /**
   * How the services sign in to those that are ours: each as an identity of its own; or all by the keys, where something that is pointed
   * elsewhere needs whoever starts the system to be signed in to Azure, because a process has one identity.
   */
  readonly signIn: 'identities' | 'keys';
  /** The variable that makes it `keys`. */
  readonly keysBecauseOf?: string;
  /** What the services are told instead of `env`: the same without a key, where they sign in as identities. */
  readonly serviceEnv: Variables;
  /** How an identity gets its tokens, without what makes it this one: AZURE_CLIENT_ID and its secret. Empty for `keys`. */
  readonly identityEnv: Variables;
}

// The keys of emulators are the same everywhere and published by their makers; they protect nothing.
const emulatorKeys = {
  cosmos: 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==',
  eventHubs: 'SAS_KEY_VALUE',
  blob: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
};

const variables = {
  cosmos: ['COSMOS_ENDPOINT', 'COSMOS_KEY'],
  eventHubs: ['EVENTHUBS_CONNECTION_STRING', 'EVENTHUBS_NAMESPACE'],
  blob: ['BLOB_CONNECTION_STRING', 'BLOB_ENDPOINT'],
  issuer: ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_JWKS_URI', 'DAYBOOK_AUTH'],
  vault: ['KEY_VAULT_KEY'],
} as const;

/** Variables that name stores. */
export const storeVariables: readonly string[] = Object.values(variables).flat();

/** What is reached as whoever has started the system, unless the second is set. */
const needSigningIn: readonly (readonly [string, string?])[] = [
  ['COSMOS_ENDPOINT', 'COSMOS_KEY'],
  ['EVENTHUBS_NAMESPACE', 'EVENTHUBS_CONNECTION_STRING'],
  ['BLOB_ENDPOINT', 'BLOB_CONNECTION_STRING'],
  ['KEY_VAULT_KEY'],
];

/** The issuer of a system, for callers and for identities. */
export const issuerUrl = (ports: Ports): string => `http://127.0.0.1:${ports.issuer}`;

/** Our emulators where `environment` names nothing else. */
export function resolveStores(environment: Environment, dataFolder: string, ports: Ports): Stores {
  const elsewhere = {
    cosmos: present(environment, variables.cosmos, 'COSMOS_ENDPOINT'),
    eventHubs: present(environment, variables.eventHubs),
    blob: present(environment, variables.blob),
    issuer: present(environment, variables.issuer),
  };
  const emulators = {
    cosmos: elsewhere.cosmos === undefined,
    eventHubs: elsewhere.eventHubs === undefined,
    blob: elsewhere.blob === undefined,
    issuer: elsewhere.issuer === undefined,
  };
  const issuer = issuerUrl(ports);
  const common: Variables = {
    ...(elsewhere.issuer ?? { AUTH_ISSUER: issuer, AUTH_AUDIENCE: devAudience, AUTH_JWKS_URI: `${issuer}/keys` }),
    ...present(environment, variables.vault),
    DAYBOOK_DATA: dataFolder,
  };
  const trusting = { NODE_EXTRA_CA_CERTS: certificateFilesIn(dataFolder).trusted };
  const storesOf = (own: OwnStores): Variables => ({
    ...(elsewhere.cosmos ?? own.cosmos),
    ...(elsewhere.eventHubs ?? own.eventHubs),
    ...(elsewhere.blob ?? own.blob),
  });
  const env = { ...storesOf(byKey(ports)), ...common, ...(emulators.blob ? trusting : {}) };
  const keysBecauseOf = needSigningIn.find(([name, key]) => environment[name] && !(key && environment[key]))?.[0];
  const anyOurs = emulators.cosmos || emulators.eventHubs || emulators.blob;
  if (keysBecauseOf !== undefined || !anyOurs) {
    const because = keysBecauseOf === undefined ? {} : { keysBecauseOf };
    return { emulators, env, signIn: 'keys', ...because, serviceEnv: env, identityEnv: {} };
  }
  return {
    emulators,
    env,
    signIn: 'identities',
    serviceEnv: { ...storesOf(byIdentity(ports)), ...common, ...trusting },
    identityEnv: {
      IDENTITY_ENDPOINT: `${issuer}${identityPath}`,
      // Nothing else is tried: whoever is signed in to Azure on this machine is none of the services.
      AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
    },
  };
}

type OwnStores = Readonly<Record<'cosmos' | 'eventHubs' | 'blob', Variables>>;

const byKey = (ports: Ports): OwnStores => ({
  cosmos: { COSMOS_ENDPOINT: `http://127.0.0.1:${ports.cosmos}`, COSMOS_KEY: emulatorKeys.cosmos },
  eventHubs: {
    EVENTHUBS_CONNECTION_STRING:
      `Endpoint=sb://127.0.0.1:${ports.eventHubs};SharedAccessKeyName=RootManageSharedAccessKey;` +
      `SharedAccessKey=${emulatorKeys.eventHubs};UseDevelopmentEmulator=true`,
  },
  blob: {
    // Azurite speaks one of the two, and takes tokens over https only.
    BLOB_CONNECTION_STRING:
      `DefaultEndpointsProtocol=https;AccountName=devstoreaccount1;AccountKey=${emulatorKeys.blob};` +
      `BlobEndpoint=https://127.0.0.1:${ports.blob}/devstoreaccount1;`,
  },
});

/** Over TLS, without which the SDKs send no token. */
const byIdentity = (ports: Ports): OwnStores => ({
  cosmos: { COSMOS_ENDPOINT: `https://127.0.0.1:${ports.cosmos}` },
  // By its address, as the connection string has it: consumers keep their checkpoints under it.
  eventHubs: { EVENTHUBS_NAMESPACE: `127.0.0.1:${ports.eventHubs}` },
  blob: { BLOB_ENDPOINT: `https://127.0.0.1:${ports.blob}/devstoreaccount1` },
});

/** The named variables that are set; undefined when none is (or `needed` is not). */
function present(environment: Environment, names: readonly string[], needed?: string): Variables | undefined {
  const found = names.flatMap((name) => (environment[name] ? [[name, environment[name]] as const] : []));
  if (found.length === 0 || (needed !== undefined && !environment[needed])) return undefined;
  return Object.fromEntries(found);
}
