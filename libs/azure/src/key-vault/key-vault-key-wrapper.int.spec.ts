import { DefaultAzureCredential } from '@azure/identity';
import { keyWrapperBehaviour } from '@daybook/ports/behaviour';
import { keyVaultKeyWrapper } from './key-vault-key-wrapper.ts';
import { wrappingVault } from './wrapping-vault.test-support.ts';

const credential = { getToken: async () => ({ token: 'token', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
const subjects = 'https://daybook.vault.azure.net/keys/subjects';
const dataKey = new Uint8Array(32).fill(7);

function vault() {
  const stand = wrappingVault();
  stand.rotate('subjects');
  return { ...stand, open: () => keyVaultKeyWrapper({ key: subjects, credential, httpClient: stand.httpClient }) };
}

keyWrapperBehaviour('Key Vault, through the SDK', async () => {
  const { open } = vault();
  return { open: async () => open(), close: async () => undefined };
});

// The same against a real vault, where one is named: https://<vault>.vault.azure.net/keys/<name>, an RSA key.
const realKey = process.env['DAYBOOK_TEST_KEY_VAULT_KEY'];
if (realKey === undefined) {
  it.skip('Key Vault on Azure: DAYBOOK_TEST_KEY_VAULT_KEY names no key', () => undefined);
} else {
  keyWrapperBehaviour('Key Vault on Azure', async () => ({
    open: async () => keyVaultKeyWrapper({ key: realKey, credential: new DefaultAzureCredential() }),
    close: async () => undefined,
  }));
}

it('wraps with the newest version and unwraps with the one that wrapped', async () => {
  const { open, rotate } = vault();
  const before = await open().wrap(dataKey);
  const newest = rotate('subjects');
  const after = await open().wrap(dataKey);
  expect([before.wrappingKey === newest, after.wrappingKey]).toEqual([false, newest]);
  for (const wrapped of [before, after]) expect([...(await open().unwrap(wrapped))]).toEqual([...dataKey]);
});

it('asks no vault but its own, and no other key', async () => {
  const { open } = vault();
  const wrapped = await open().wrap(dataKey);
  const version = wrapped.wrappingKey.slice(subjects.length + 1);
  for (const wrappingKey of [`https://elsewhere.invalid/keys/subjects/${version}`, `${subjects}/../x/${version}`]) {
    await expect(open().unwrap({ ...wrapped, wrappingKey })).rejects.toMatchObject({ code: 'key-rejected' });
  }
});

it.each([401, 403])('a vault that answers %s says nothing about the key', async (status) => {
  const { open, fail } = vault();
  const wrapped = await open().wrap(dataKey);
  fail(status);
  await expect(open().unwrap(wrapped)).rejects.toMatchObject({ code: 'key-unavailable' });
});

it.each(['http://daybook.vault.azure.net/keys/a', `${subjects}/0123`, 'subjects'])('refuses the key %j', (key) => {
  expect(() => keyVaultKeyWrapper({ key, credential })).toThrow(/without a version/);
});
