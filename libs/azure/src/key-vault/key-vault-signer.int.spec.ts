import { signerBehaviour } from '@daybook/ports/behaviour';
import { keyVaultSigner } from './key-vault-signer.ts';
import { signingVault } from './vault.test-support.ts';

const credential = { getToken: async () => ({ token: 'token', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
const anchors = 'https://daybook.vault.azure.net/keys/anchors';

function vault() {
  const { httpClient, rotate } = signingVault();
  rotate('anchors');
  rotate('others');
  const open = (key: string) => keyVaultSigner({ key, credential, httpClient });
  return { rotate, open };
}

signerBehaviour('Key Vault, through the SDK', async () => {
  const { open } = vault();
  return {
    open: async () => open(anchors),
    openOther: async () => open('https://daybook.vault.azure.net/keys/others'),
    close: async () => undefined,
  };
});

const content = Buffer.from('content');

it('signs with the newest version, and knows the signatures of all', async () => {
  const { open, rotate } = vault();
  const signer = open(anchors);
  const before = await signer.sign(content);
  const newest = rotate('anchors');
  const after = await open(anchors).sign(content);
  expect(after).toMatchObject({ keyId: newest, algorithm: 'ES256' });
  expect(before.keyId).not.toBe(newest);
  expect(await signer.verify(content, before)).toBe(true);
  expect(await signer.verify(content, after)).toBe(true);
});

it('asks no vault but its own, and no version that cannot be one', async () => {
  const signer = vault().open(anchors);
  const own = await signer.sign(content);
  const version = own.keyId.slice(anchors.length + 1);
  for (const keyId of [
    `https://elsewhere.invalid/keys/anchors/${version}`,
    `${anchors}-2/${version}`,
    `${anchors}/../others/${version}`,
    anchors,
    `${anchors}/${'0'.repeat(32)}`,
  ]) {
    expect(await signer.verify(content, { ...own, keyId })).toBe(false);
  }
});

it.each(['http://daybook.vault.azure.net/keys/a', `${anchors}/0123`, 'anchors'])('refuses the key %j', (key) => {
  expect(() => keyVaultSigner({ key, credential })).toThrow(/without a version/);
});
