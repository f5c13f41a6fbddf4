import type { TokenSettings } from '../auth/verifier.ts';
import type { TelemetrySettings } from '../telemetry/telemetry.ts';

const publishModes = ['feed', 'hybrid', 'outbox'] as const;

/** One of `feed`, `hybrid`, `outbox`: see the README of `@daybook/messaging`. */
export type PublishMode = (typeof publishModes)[number];

/** What a service is told by its environment. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  /**
   * Names this process among the instances of its service: no two that live may share it (`INSTANCE_ID`: the pod's name; by default
   * host and process id). One that starts under the name of one that died takes over its work at once.
   */
  readonly instanceId: string;
  readonly cosmos: { readonly endpoint: string; readonly key?: string; readonly database: string };
  readonly eventHubs: { readonly connectionString: string } | { readonly fullyQualifiedNamespace: string };
  readonly blob: { readonly connectionString: string } | { readonly endpoint: string };
  /** What wraps the keys of subjects. `undefined` where nothing safe is named: a service with personal data then does not start. */
  readonly keyWrapping: { readonly keyVaultKey: string } | { readonly file: string } | undefined;
  /** How long backups of the key container are kept, in days: until then an erased key could be restored. */
  readonly keyBackupDays: number;
  /** How events reach the hubs. */
  readonly publishMode: PublishMode;
  readonly logLevel: string;
  /** Whose tokens prove who a caller is; `undefined`: nobody has to prove it, which is for loopback only. */
  readonly auth: TokenSettings | undefined;
  /** Requests of one client each second (`RATE_LIMIT_PER_SECOND`), twice as many at once; `undefined`: no limit. */
  readonly rateLimitPerSecond: number | undefined;
  /** Where traces and metrics go: by OTLP over HTTP, to Azure Monitor, to both or nowhere. */
  readonly telemetry: TelemetrySettings;
  /** How long it goes on answering, not ready any more, before it stops (`SHUTDOWN_DRAIN_MS`), in milliseconds. */
  readonly drainMs: number;
  /** A supervisor looks after this process: Ctrl-C of the terminal is its business. */
  readonly supervised: boolean;
}

/** A setting that is missing or cannot be used. */
export class SettingError extends Error {
  readonly code = 'bad-setting';
  readonly variable: string;

  constructor(variable: string, remedy: string) {
    super(`${variable}: ${remedy}`);
    this.name = 'SettingError';
    this.variable = variable;
  }
}

/** The key that every Cosmos DB emulator has; public knowledge, and no secret. */
const emulatorKey = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';
const localHubs =
  'Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;';
/** Azurite's own account and key; public knowledge, and no secret. Over https, as `npm start` has it: its certificate must be trusted. */
const localBlobs =
  'DefaultEndpointsProtocol=https;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint=https://127.0.0.1:10000/devstoreaccount1;';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings (`service.process` tells this process from every other one, `<host>-<pid>`), with defaults that fit a laptop where `npm start` runs. Without a key, or with a namespace instead of a
 * connection string, the service signs in as its own identity (`DefaultAzureCredential`).
 *
 * @throws SettingError naming the variable
 */
export function readSettings(
  env: Environment,
  service: { readonly name: string; readonly defaultPort: number; readonly process: string },
): Settings {
  const endpoint = env['COSMOS_ENDPOINT'];
  const key = env['COSMOS_KEY'] ?? (endpoint === undefined ? emulatorKey : undefined);
  const namespace = env['EVENTHUBS_NAMESPACE'];
  const hubs = env['EVENTHUBS_CONNECTION_STRING'];
  const blobEndpoint = env['BLOB_ENDPOINT'];
  const blobs = env['BLOB_CONNECTION_STRING'];
  return {
    port: portOf(env['PORT'], service.defaultPort),
    host: env['HOST'] ?? '127.0.0.1',
    instanceId: env['INSTANCE_ID'] ?? `${service.name}-${service.process}`,
    cosmos: {
      endpoint: url('COSMOS_ENDPOINT', endpoint ?? 'http://127.0.0.1:8081'),
      database: env['COSMOS_DATABASE'] ?? 'daybook',
      ...(key === undefined ? {} : { key }),
    },
    eventHubs:
      hubs === undefined && namespace !== undefined
        ? { fullyQualifiedNamespace: namespaceOf(namespace) }
        : { connectionString: hubs === undefined ? localHubs : hubsOf(hubs) },
    blob:
      blobs === undefined && blobEndpoint !== undefined
        ? { endpoint: url('BLOB_ENDPOINT', blobEndpoint) }
        : { connectionString: blobs ?? localBlobs },
    keyWrapping: keyWrappingOf(env),
    keyBackupDays: daysOf('KEY_BACKUP_DAYS', env['KEY_BACKUP_DAYS'] ?? '30'),
    publishMode: publishModeOf(env['PUBLISH_MODE'] ?? 'feed'),
    logLevel: levelOf(env['LOG_LEVEL'] ?? 'info'),
    auth: authOf(env),
    rateLimitPerSecond: rateLimitOf(env['RATE_LIMIT_PER_SECOND'] ?? '1000'),
    telemetry: telemetryOf(env),
    drainMs: drainOf(env['SHUTDOWN_DRAIN_MS'] ?? '0'),
    supervised: env['DAYBOOK_SUPERVISED'] === '1',
  };
}

/** A key file by default only where the database is on this machine too: a file in a container of Kubernetes is lost with it. */
function keyWrappingOf(env: Environment): Settings['keyWrapping'] {
  const { KEY_VAULT_KEY: keyVaultKey, DAYBOOK_KEY_FILE: file } = env;
  if (keyVaultKey !== undefined) return { keyVaultKey: url('KEY_VAULT_KEY', keyVaultKey) };
  if (file !== undefined) return { file };
  const { hostname } = new URL(url('COSMOS_ENDPOINT', env['COSMOS_ENDPOINT'] ?? 'http://127.0.0.1:8081'));
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return undefined;
  return { file: `${env['DAYBOOK_DATA'] ?? '.daybook'}/keys/subjects.key` };
}

function daysOf(variable: string, value: string): number {
  if (/^\d{1,4}$/.test(value)) return Number(value);
  throw new SettingError(variable, `must be a number of days, 0 to 9999, not ${JSON.stringify(value)}`);
}

/** Digits only: `Number` would take an empty text for 0, which is any free port. */
function portOf(value: string | undefined, defaultPort: number): number {
  if (value === undefined) return defaultPort;
  const port = /^\d{1,5}$/.test(value) ? Number(value) : NaN;
  if (port <= 65_535) return port;
  throw new SettingError('PORT', `must be a port number, 0 to 65535, not ${JSON.stringify(value)}`);
}

/** Says what is wrong and not what was given: a connection string is a secret. */
function hubsOf(value: string): string {
  if (/^Endpoint=sb:\/\/[^;]+;/.test(value)) return value;
  throw new SettingError('EVENTHUBS_CONNECTION_STRING', 'must begin with Endpoint=sb://<host>;');
}

/** A host, with a port where AMQP over TLS is not on its own: that of an emulator. */
function namespaceOf(value: string): string {
  if (/^[a-z0-9][a-z0-9.-]*(:\d{1,5})?$/i.test(value)) return value;
  throw new SettingError(
    'EVENTHUBS_NAMESPACE',
    `must be <namespace>.servicebus.windows.net, or a host with a port, not ${JSON.stringify(value)}`,
  );
}

/** The development issuer of `npm start`, for a service that only this machine can reach. */
const localIssuer = 'http://127.0.0.1:4109';
const loopback = ['127.0.0.1', 'localhost', '::1', '[::1]'];

function authOf(env: Environment): TokenSettings | undefined {
  const onLoopback = loopback.includes(env['HOST'] ?? '127.0.0.1');
  const { DAYBOOK_AUTH: off, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_JWKS_URI: jwksUri } = env;
  if (off === 'off' && onLoopback) return undefined;
  if (off !== undefined && off !== '') {
    throw new SettingError('DAYBOOK_AUTH', 'can only be off, and only with a HOST that is loopback');
  }
  if (issuer === undefined) {
    if (onLoopback) return { issuer: localIssuer, audience: 'api://daybook', jwksUri: `${localIssuer}/keys` };
    throw new SettingError('AUTH_ISSUER', 'name the issuer of tokens, https://login.microsoftonline.com/<tenant>/v2.0');
  }
  if (audience === undefined) throw new SettingError('AUTH_AUDIENCE', 'name the application that tokens are made for');
  if (jwksUri === undefined) throw new SettingError('AUTH_JWKS_URI', 'say where the issuer publishes its keys');
  return { issuer, audience, jwksUri: url('AUTH_JWKS_URI', jwksUri) };
}

/** The default is more than a tool on the same machine sends: it stops a flood, and shapes nobody's work. */
function rateLimitOf(value: string): number | undefined {
  if (/^\d{1,6}$/.test(value)) return Number(value) || undefined;
  throw new SettingError(
    'RATE_LIMIT_PER_SECOND',
    `must be requests, 1 to 999999, or 0 for no limit, not ${JSON.stringify(value)}`,
  );
}

function drainOf(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 60_000) return Number(value);
  throw new SettingError('SHUTDOWN_DRAIN_MS', `must be milliseconds, 0 to 60000, not ${JSON.stringify(value)}`);
}

/** The names are OpenTelemetry's own. */
function telemetryOf(env: Environment): TelemetrySettings {
  const endpoint = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const ratio = env['OTEL_TRACES_SAMPLER_ARG'] ?? '1';
  const everyMs = env['OTEL_METRIC_EXPORT_INTERVAL'] ?? '60000';
  if (!/^(0|1|0?\.\d{1,9}|1\.0)$/.test(ratio)) {
    throw new SettingError('OTEL_TRACES_SAMPLER_ARG', `must be a part of 1, 0 to 1, not ${JSON.stringify(ratio)}`);
  }
  if (!/^\d{3,8}$/.test(everyMs)) {
    throw new SettingError(
      'OTEL_METRIC_EXPORT_INTERVAL',
      `must be milliseconds, 100 or more, not ${JSON.stringify(everyMs)}`,
    );
  }
  return {
    azureMonitor: azureMonitorOf(env['APPLICATIONINSIGHTS_CONNECTION_STRING']),
    otlpEndpoint: endpoint === undefined || endpoint === '' ? undefined : url('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint),
    traceRatio: Number(ratio),
    metricsEveryMs: Number(everyMs),
  };
}

/** What the exporter would take without a word and send nowhere, or where a token must not go. Never repeats it: it names the resource. */
function azureMonitorOf(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  const bad = (remedy: string) => new SettingError('APPLICATIONINSIGHTS_CONNECTION_STRING', remedy);
  const parts = value.split(';').filter((part) => part !== '');
  if (parts.some((part) => !/^\w+=[^=]+$/.test(part)))
    throw bad('must be Name=value;Name=value, as Application Insights shows it');
  const fields = new Map(parts.map((part) => part.split('=').map((text) => text.trim()) as [string, string]));
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(fields.get('InstrumentationKey') ?? '')) {
    throw bad('must have an InstrumentationKey, 32 lower-case hex digits in five groups');
  }
  const endpoint = fields.get('IngestionEndpoint');
  if (endpoint !== undefined && !(URL.canParse(endpoint) && endpoint.startsWith('https://'))) {
    throw bad('must have an IngestionEndpoint that begins with https://, for a token is sent there');
  }
  return parts.join(';');
}

function publishModeOf(value: string): PublishMode {
  const mode = publishModes.find((each) => each === value);
  if (mode !== undefined) return mode;
  throw new SettingError('PUBLISH_MODE', `must be one of ${publishModes.join(', ')}, not ${JSON.stringify(value)}`);
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

function levelOf(value: string): string {
  if (levels.includes(value)) return value;
  throw new SettingError('LOG_LEVEL', `must be one of ${levels.join(', ')}, not ${JSON.stringify(value)}`);
}

function url(variable: string, value: string): string {
  if (!URL.canParse(value)) throw new SettingError(variable, `must be a URL, not ${JSON.stringify(value)}`);
  return value;
}
