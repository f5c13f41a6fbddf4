import { serviceNames } from '@daybook/contracts';
import { daybookProcesses } from './daybook-processes.ts';
import { defaultPorts, resolveSettings } from './settings.ts';
import { describeSystem } from './start/texts.ts';

const root = '/daybook';
const names = (environment: Record<string, string>): readonly string[] =>
  daybookProcesses(root, resolveSettings(environment, root), true).map(({ name }) => name);

describe('settings', () => {
  it('default to all emulators on the published ports', () => {
    const settings = resolveSettings({}, root);
    expect(settings.dataFolder).toBe('/daybook/.daybook');
    expect(settings.urls.order).toBe('http://127.0.0.1:4101');
    expect(settings.env['COSMOS_ENDPOINT']).toBe('http://127.0.0.1:8081');
    expect(settings.env['EVENTHUBS_CONNECTION_STRING']).toMatch(
      /^Endpoint=sb:\/\/127\.0\.0\.1:5672;.*UseDevelopmentEmulator=true$/,
    );
    expect(names({})).toEqual([
      ...['cosmos-emulator', 'azurite', 'issuer', 'event-hubs-emulator', 'provision'],
      ...serviceNames,
    ]);
  });

  it('bring an issuer of tokens, unless another is named or none is needed', () => {
    const own = resolveSettings({}, root);
    expect(own.urls.issuer).toBe('http://127.0.0.1:4109');
    expect(own.env).toMatchObject({ AUTH_ISSUER: own.urls.issuer, AUTH_AUDIENCE: 'api://daybook' });
    const elsewhere = resolveSettings({ AUTH_ISSUER: 'https://issuer.example', AUTH_AUDIENCE: 'a' }, root);
    expect(elsewhere.urls.issuer).toBeUndefined();
    expect(elsewhere.env['AUTH_JWKS_URI']).toBeUndefined();
    expect(resolveSettings({ DAYBOOK_AUTH: 'off' }, root).env).not.toHaveProperty('AUTH_ISSUER');
  });

  it('shift every port and the data folder by the offset', () => {
    const settings = resolveSettings({ DAYBOOK_PORT_OFFSET: '1000' }, root);
    expect(settings.dataFolder).toBe('/daybook/.daybook-1000');
    expect(settings.ports).toMatchObject({ order: 5101, cosmos: 9081, eventHubs: 6672, blob: 11_000, issuer: 5109 });
    expect(Object.values(settings.ports)).toEqual(Object.values(defaultPorts).map((port: number) => port + 1000));
    expect(settings.env['BLOB_CONNECTION_STRING']).toContain('https://127.0.0.1:11000/devstoreaccount1');
  });

  it.each(['-1', 'x', '1.5', '60000', '1e3'])('refuse the offset %s', (offset) => {
    expect(() => resolveSettings({ DAYBOOK_PORT_OFFSET: offset }, root)).toThrow(/DAYBOOK_PORT_OFFSET is/);
  });

  it('take the data folder from DAYBOOK_DATA, from the root where it is relative', () => {
    expect(resolveSettings({ DAYBOOK_DATA: 'x', DAYBOOK_PORT_OFFSET: '1' }, root).dataFolder).toBe('/daybook/x');
    expect(resolveSettings({ DAYBOOK_DATA: '/x' }, root).dataFolder).toBe('/x');
  });

  it('start an emulator only for what is not pointed elsewhere', () => {
    expect(names({ COSMOS_ENDPOINT: 'https://a.documents.azure.com' })).not.toContain('cosmos-emulator');
    expect(names({ EVENTHUBS_NAMESPACE: 'a.servicebus.windows.net' })).not.toContain('event-hubs-emulator');
    expect(names({ BLOB_ENDPOINT: 'https://a.blob.core.windows.net' })).not.toContain('azurite');
    expect(names({ COSMOS_ENDPOINT: '', BLOB_ENDPOINT: '' })).toEqual(names({}));
  });

  it('pass on what points elsewhere, and no key of an emulator with it', () => {
    const { env } = resolveSettings({ COSMOS_ENDPOINT: 'https://a', BLOB_ENDPOINT: 'https://b' }, root);
    expect(env).toMatchObject({ COSMOS_ENDPOINT: 'https://a', BLOB_ENDPOINT: 'https://b' });
    expect(Object.keys(env)).not.toEqual(expect.arrayContaining(['COSMOS_KEY', 'BLOB_CONNECTION_STRING']));
  });

  const keys = ['COSMOS_KEY', 'EVENTHUBS_CONNECTION_STRING', 'BLOB_CONNECTION_STRING'];
  const secrets = ['C2y6yDjf5', 'SAS_KEY_VALUE', 'Eby8vdM02xN'];
  const servicesOf = (environment: Record<string, string>) =>
    daybookProcesses(root, resolveSettings(environment, root), true).filter(({ stage }) => stage === 2);

  it('give each service an identity of its own, and no key', () => {
    const services = servicesOf({});
    expect(services.map(({ name }) => name)).toEqual(serviceNames);
    for (const { name, env = {}, envFile } of services) {
      expect(env).toMatchObject({
        COSMOS_ENDPOINT: 'https://127.0.0.1:8081',
        EVENTHUBS_NAMESPACE: '127.0.0.1:5672',
        BLOB_ENDPOINT: 'https://127.0.0.1:10000/devstoreaccount1',
        IDENTITY_ENDPOINT: 'http://127.0.0.1:4109/msi/token',
        AZURE_CLIENT_ID: name,
        AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
        NODE_EXTRA_CA_CERTS: '/daybook/.daybook/keys/trusted.pem',
      });
      for (const key of keys) expect(env).not.toHaveProperty(key);
      for (const secret of secrets) expect(JSON.stringify(env)).not.toContain(secret);
      expect(envFile).toBe(`/daybook/.daybook/keys/identities/${name}.env`);
    }
  });

  it('leave a store that is pointed elsewhere its key, beside the identities for ours', () => {
    const [order] = servicesOf({ COSMOS_ENDPOINT: 'http://127.0.0.1:9', COSMOS_KEY: 'k' });
    expect(order?.env).toMatchObject({
      COSMOS_ENDPOINT: 'http://127.0.0.1:9',
      COSMOS_KEY: 'k',
      AZURE_CLIENT_ID: 'order',
    });
    expect(order?.env).not.toHaveProperty('EVENTHUBS_CONNECTION_STRING');
  });

  it.each([
    ['COSMOS_ENDPOINT', 'https://a.documents.azure.com'],
    ['EVENTHUBS_NAMESPACE', 'a.servicebus.windows.net'],
    ['BLOB_ENDPOINT', 'https://a.blob.core.windows.net'],
    ['KEY_VAULT_KEY', 'https://a.vault.azure.net/keys/k'],
  ])('use the keys of ours where %s needs whoever starts it to be signed in, and say so', (variable, value) => {
    const settings = resolveSettings({ [variable]: value }, root);
    expect(settings).toMatchObject({ signIn: 'keys', keysBecauseOf: variable, identityEnv: {} });
    expect(settings.serviceEnv).toEqual(settings.env);
    expect(settings.serviceEnv).toMatchObject({ [variable]: value });
    const [order] = servicesOf({ [variable]: value });
    expect(order?.env).not.toHaveProperty('AZURE_CLIENT_ID');
    expect(order).not.toHaveProperty('envFile');
    expect(describeSystem(settings, '/logs').join('\n')).toMatch(new RegExp(`identities +none: .*${variable}`));
  });

  it('start an issuer for the identities, also where callers have another or data at rest is looked at', () => {
    expect(names({ DAYBOOK_AUTH: 'off' })).toContain('issuer');
    const stores = daybookProcesses(root, resolveSettings({}, root), false).map(({ name }) => name);
    expect(stores).toEqual(['cosmos-emulator', 'azurite', 'issuer', 'event-hubs-emulator', 'provision']);
  });

  it('open the admin ports of both emulators, and only where they are wanted', () => {
    const settings = resolveSettings({}, root);
    const adminPortsOf = (given: typeof settings): readonly (string | undefined)[] =>
      daybookProcesses(root, given, false).flatMap(({ name, args }) =>
        args.includes('--admin-port') ? [`${name} ${args[args.indexOf('--admin-port') + 1]}`] : [],
      );
    expect(adminPortsOf(settings)).toEqual([]);
    expect(adminPortsOf({ ...settings, adminPorts: { cosmos: 1, eventHubs: 2 } })).toEqual([
      'cosmos-emulator 1',
      'event-hubs-emulator 2',
    ]);
  });

  it('leave stores without keys as a deployment has provisioned them', () => {
    expect(names({ COSMOS_ENDPOINT: 'https://a' })).not.toContain('provision');
    expect(names({ COSMOS_ENDPOINT: 'https://a', COSMOS_KEY: 'k' })).toContain('provision');
  });

  it('are shown without keys', () => {
    const secret = 'c2VjcmV0';
    const settings = resolveSettings(
      {
        COSMOS_ENDPOINT: 'https://a',
        COSMOS_KEY: secret,
        EVENTHUBS_CONNECTION_STRING: `Endpoint=sb://b;SharedAccessKey=${secret}`,
        BLOB_CONNECTION_STRING: `AccountKey=${secret}`,
      },
      root,
    );
    const shown = describeSystem(settings, '/logs').join('\n');
    expect(shown).toContain('sb://b');
    expect(shown).not.toContain(secret);
  });
});
