import { readSettings, SettingError } from './settings.ts';

const service = { name: 'order', defaultPort: 4101, process: 'host-1' };
const read = (env: Readonly<Record<string, string>> = {}) => readSettings(env, service);

const connection = 'InstrumentationKey=11111111-2222-3333-4444-555555555555;';

describe('settings', () => {
  it('fit a laptop where nothing is set', () => {
    expect(read()).toMatchObject({
      port: 4101,
      host: '127.0.0.1',
      instanceId: 'order-host-1',
      cosmos: { endpoint: 'http://127.0.0.1:8081', database: 'daybook', key: expect.any(String) },
      eventHubs: { connectionString: expect.stringContaining('UseDevelopmentEmulator=true') },
      blob: { connectionString: expect.stringContaining('127.0.0.1:10000') },
      publishMode: 'feed',
      logLevel: 'info',
      supervised: false,
    });
  });

  it('come from the environment', () => {
    const settings = read({
      PORT: '8080',
      HOST: 'localhost',
      INSTANCE_ID: 'order-7',
      COSMOS_DATABASE: 'shop',
      LOG_LEVEL: 'warn',
      PUBLISH_MODE: 'outbox',
      DAYBOOK_SUPERVISED: '1',
    });
    expect(settings).toMatchObject({ port: 8080, host: 'localhost', instanceId: 'order-7', logLevel: 'warn' });
    expect(settings).toMatchObject({ cosmos: { database: 'shop' }, supervised: true, publishMode: 'outbox' });
  });

  it('believe the development issuer on loopback, and elsewhere only one that is named', () => {
    const issuer = 'http://127.0.0.1:4109';
    expect(read().auth).toEqual({ issuer, audience: 'api://daybook', jwksUri: `${issuer}/keys` });
    const named = { AUTH_ISSUER: 'https://i.example', AUTH_AUDIENCE: 'a', AUTH_JWKS_URI: 'https://i.example/keys' };
    expect(read({ HOST: '0.0.0.0', ...named }).auth).toEqual({
      ...{ issuer: 'https://i.example', audience: 'a', jwksUri: 'https://i.example/keys' },
    });
    expect(() => read({ HOST: '0.0.0.0' })).toThrow('AUTH_ISSUER');
    expect(() => read({ ...named, AUTH_AUDIENCE: undefined as unknown as string })).toThrow('AUTH_AUDIENCE');
    expect(() => read({ ...named, AUTH_JWKS_URI: 'keys' })).toThrow('AUTH_JWKS_URI');
  });

  it('let callers be believed only where nobody else can call', () => {
    expect(read({ DAYBOOK_AUTH: 'off' }).auth).toBeUndefined();
    expect(() => read({ DAYBOOK_AUTH: 'off', HOST: '0.0.0.0' })).toThrow('loopback');
    expect(() => read({ DAYBOOK_AUTH: 'no' })).toThrow('DAYBOOK_AUTH');
  });

  it('export telemetry where OpenTelemetry is told to, and nowhere by default', () => {
    expect(read().telemetry).toEqual({ otlpEndpoint: undefined, traceRatio: 1, metricsEveryMs: 60_000 });
    const named = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_TRACES_SAMPLER_ARG: '0.1' };
    expect(read({ ...named, OTEL_METRIC_EXPORT_INTERVAL: '5000' }).telemetry).toEqual({
      otlpEndpoint: 'http://collector:4318',
      traceRatio: 0.1,
      metricsEveryMs: 5_000,
    });
    expect(() => read({ OTEL_TRACES_SAMPLER_ARG: '2' })).toThrow(SettingError);
    expect(() => read({ OTEL_METRIC_EXPORT_INTERVAL: 'often' })).toThrow(SettingError);
    expect(() => read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' })).toThrow(SettingError);
  });

  it('sign in as the service itself where there is no key and no connection string', () => {
    const settings = read({
      COSMOS_ENDPOINT: 'https://shop.documents.azure.com',
      EVENTHUBS_NAMESPACE: 'shop.servicebus.windows.net',
      BLOB_ENDPOINT: 'https://shop.blob.core.windows.net',
    });
    // The emulator's public key is never sent to an endpoint that somebody named.
    expect(settings.cosmos).not.toHaveProperty('key');
    expect(settings.eventHubs).toEqual({ fullyQualifiedNamespace: 'shop.servicebus.windows.net' });
    expect(settings.blob).toEqual({ endpoint: 'https://shop.blob.core.windows.net' });
  });

  it('know a namespace that is not on the port of AMQP over TLS: an emulator', () => {
    expect(read({ EVENTHUBS_NAMESPACE: '127.0.0.1:5672' }).eventHubs).toEqual({
      fullyQualifiedNamespace: '127.0.0.1:5672',
    });
  });

  it('prefer a key and a connection string where they are given', () => {
    const hubs = 'Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=n;SharedAccessKey=k';
    const settings = read({
      COSMOS_ENDPOINT: 'https://shop.documents.azure.com',
      COSMOS_KEY: 'key',
      EVENTHUBS_CONNECTION_STRING: hubs,
      EVENTHUBS_NAMESPACE: 'other',
    });
    expect(settings.cosmos.key).toBe('key');
    expect(settings.eventHubs).toEqual({ connectionString: hubs });
  });
});

describe('a setting that cannot be used is named', () => {
  it.each([
    ['PORT', 'http'],
    ['PORT', ''],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', '0x50'],
    ['RATE_LIMIT_PER_SECOND', '-1'],
    ['RATE_LIMIT_PER_SECOND', 'off'],
    ['SHUTDOWN_DRAIN_MS', '60001'],
    ['SHUTDOWN_DRAIN_MS', '1s'],
    ['COSMOS_ENDPOINT', 'somewhere'],
    ['BLOB_ENDPOINT', ''],
    ['EVENTHUBS_CONNECTION_STRING', 'sb://somewhere'],
    ['EVENTHUBS_NAMESPACE', ''],
    ['EVENTHUBS_NAMESPACE', 'sb://shop.servicebus.windows.net'],
    ['EVENTHUBS_NAMESPACE', 'shop.servicebus.windows.net:amqps'],
    ['LOG_LEVEL', 'loud'],
    ['PUBLISH_MODE', 'post'],
    ['APPLICATIONINSIGHTS_CONNECTION_STRING', '11111111-2222-3333-4444-555555555555'],
    [
      'APPLICATIONINSIGHTS_CONNECTION_STRING',
      'IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/',
    ],
    ['APPLICATIONINSIGHTS_CONNECTION_STRING', 'InstrumentationKey=set-by-the-overlay'],
    ['APPLICATIONINSIGHTS_CONNECTION_STRING', `${connection}IngestionEndpoint=http://127.0.0.1:9/`],
    ['APPLICATIONINSIGHTS_CONNECTION_STRING', `${connection}IngestionEndpoint=somewhere`],
  ])('%s=%s', (variable, value) => {
    const failed = (() => {
      try {
        return read({ [variable]: value });
      } catch (error) {
        return error;
      }
    })();
    expect(failed).toBeInstanceOf(SettingError);
    expect(failed).toMatchObject({
      code: 'bad-setting',
      variable,
      message: expect.stringMatching(`^${variable}: must `),
    });
  });

  it('of requests each second may be 0, which is no limit', () => {
    expect(read({}).rateLimitPerSecond).toBe(1_000);
    expect(read({ RATE_LIMIT_PER_SECOND: '20' }).rateLimitPerSecond).toBe(20);
    expect(read({ RATE_LIMIT_PER_SECOND: '0' }).rateLimitPerSecond).toBeUndefined();
  });

  it('of Application Insights is taken as it is shown there', () => {
    const shown = `${connection}IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/`;
    expect(read({ APPLICATIONINSIGHTS_CONNECTION_STRING: `${shown};` }).telemetry.azureMonitor).toBe(shown);
    expect(read({ APPLICATIONINSIGHTS_CONNECTION_STRING: '' }).telemetry.azureMonitor).toBeUndefined();
  });

  it('and a secret is not repeated', () => {
    expect(() => read({ EVENTHUBS_CONNECTION_STRING: 'SharedAccessKey=hush' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hush') }),
    );
  });
});
