import { daybookProcesses } from './daybook-processes.ts';
import { resolveSettings } from './settings.ts';
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
      ...['cosmos-emulator', 'azurite', 'issuer', 'hubs', 'event-hubs-emulator', 'provision'],
      ...['order', 'inventory', 'payment', 'fulfilment'],
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
    expect(Object.values(settings.ports)).toEqual([5101, 5102, 5103, 5104, 9081, 6672, 11_000, 5109]);
    expect(settings.env['BLOB_CONNECTION_STRING']).toContain('http://127.0.0.1:11000/devstoreaccount1');
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
    expect(names({ EVENTHUBS_NAMESPACE: 'a.servicebus.windows.net' })).not.toEqual(
      expect.arrayContaining(['event-hubs-emulator', 'hubs']),
    );
    expect(names({ BLOB_ENDPOINT: 'https://a.blob.core.windows.net' })).not.toContain('azurite');
    expect(names({ COSMOS_ENDPOINT: '', BLOB_ENDPOINT: '' })).toEqual(names({}));
  });

  it('pass on what points elsewhere, and no key of an emulator with it', () => {
    const { env } = resolveSettings({ COSMOS_ENDPOINT: 'https://a', BLOB_ENDPOINT: 'https://b' }, root);
    expect(env).toMatchObject({ COSMOS_ENDPOINT: 'https://a', BLOB_ENDPOINT: 'https://b' });
    expect(Object.keys(env)).not.toEqual(expect.arrayContaining(['COSMOS_KEY', 'BLOB_CONNECTION_STRING']));
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
