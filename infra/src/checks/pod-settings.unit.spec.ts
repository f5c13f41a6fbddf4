import { nameProblems } from './environment-names.ts';
import { settingsProblems } from './pod-settings.ts';
import type { Manifest } from './render.ts';

const tenant = 'https://login.microsoftonline.com/t';
const well = {
  COSMOS_ENDPOINT: 'https://daybook-dev.documents.azure.com:443/',
  EVENTHUBS_NAMESPACE: 'daybook-dev-hubs.servicebus.windows.net',
  BLOB_ENDPOINT: 'https://daybookdev.blob.core.windows.net',
  KEY_VAULT_KEY: 'https://daybook-dev.vault.azure.net/keys/subjects',
  AUTH_ISSUER: `${tenant}/v2.0`,
  AUTH_AUDIENCE: 'a',
  AUTH_JWKS_URI: `${tenant}/keys`,
};

/** A Deployment that takes its environment from a ConfigMap, as rendered. */
const overlay = (data: Readonly<Record<string, string | undefined>>): readonly Manifest[] => {
  const env = [
    { name: 'HOST', value: '0.0.0.0' },
    { name: 'NODE_OPTIONS', value: '--max-old-space-size=384' },
    { name: 'INSTANCE_ID', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ];
  const containers = [{ name: 'service', env, envFrom: [{ configMapRef: { name: 'settings' } }] }];
  const defined = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: defined },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { template: { spec: { containers } } },
    },
  ];
};
const problems = (data: Readonly<Record<string, string | undefined>>, main = ''): readonly string[] =>
  settingsProblems('overlay', 'order', overlay(data), main).map(({ what }) => what);

describe('The settings of a pod', () => {
  it('are well where the service starts with them, and signs in as itself', () => {
    expect(problems(well)).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ['nobody vouches for callers', { AUTH_ISSUER: undefined }, 'would not start: AUTH_ISSUER'],
    ['a value cannot be used', { LOG_LEVEL: 'loud' }, 'would not start: LOG_LEVEL'],
    ['there is a key', { COSMOS_KEY: 'k' }, 'Cosmos DB is reached by a key'],
    ['no namespace is named', { EVENTHUBS_NAMESPACE: undefined }, 'Event Hubs is reached by a connection string'],
    ['no storage is named', { BLOB_ENDPOINT: undefined }, 'Blob storage is reached by a connection string'],
    ['keys of people would lie in a file', { KEY_VAULT_KEY: undefined, DAYBOOK_KEY_FILE: '/tmp/k' }, 'by a file'],
    ['keys of people would lie nowhere', { KEY_VAULT_KEY: undefined }, 'it has personal data'],
    ['nobody reads it', { AUTH_ISUER: 'x' }, 'AUTH_ISUER: the service does not read it'],
  ])('are found wrong where %s', (_case, change, what) => {
    expect(problems({ ...well, ...change })).toEqual([expect.stringContaining(what)]);
  });

  it('may be read by the service itself', () => {
    const changed = { ...well, OPERATORS_SECOND_PERSON: '1' };
    expect(problems(changed)).toHaveLength(1);
    expect(problems(changed, "process.env['OPERATORS_SECOND_PERSON']")).toEqual([]);
  });

  it('are found wrong where they name what Bicep does not make', () => {
    const spec = {
      image: 'daybookdev.azurecr.io/order:x',
      eventHubNamespace: 'daybook-dev-hubs',
      storageAccountName: 'daybookdev',
    };
    const scaler = (change: object): Manifest => ({
      ...{ apiVersion: 'v1', kind: 'Other', metadata: { name: 'n' } },
      ...{ ...spec, ...change },
    });
    const said = (prefix: string, change = {}): readonly string[] =>
      nameProblems('overlay', 'order', [...overlay(well), scaler(change)], { prefix, environment: 'dev' }).map(
        ({ what }) => what,
      );
    expect(said('daybook')).toEqual([]);
    expect(said('daybook', { storageAccountName: 'daybook' })).toEqual([expect.stringContaining('storageAccountName')]);
    expect(said('books')).toHaveLength(7);
  });

  it('need not name what is of hubs where the service takes nothing from one', () => {
    const image = {
      apiVersion: 'v1',
      kind: 'Other',
      metadata: { name: 'n' },
      image: 'daybookdev.azurecr.io/shipping:x',
    };
    const names = { prefix: 'daybook', environment: 'dev' };
    expect(nameProblems('overlay', 'shipping', [...overlay(well), image], names)).toEqual([]);
    expect(nameProblems('overlay', 'order', [...overlay(well), image], names)).toHaveLength(3);
  });
});
