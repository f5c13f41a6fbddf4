import type { HttpClient } from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { CryptographyClient } from '@azure/keyvault-keys';
import type { Signer } from '@daybook/ports';

export interface KeyVaultSignerOptions {
  /** `https://<vault>.vault.azure.net/keys/<name>`: an EC key on curve P-256. Signs with its newest version. */
  readonly key: string;
  /** Needs `sign`, `verify` and `get` on that key: the role "Key Vault Crypto User". */
  readonly credential: TokenCredential;
  /** What carries the requests; default the SDK's own. */
  readonly httpClient?: HttpClient;
}

const algorithm = 'ES256';
const signatureBytes = 64;

/** A {@link Signer} whose key never leaves Key Vault. @throws TypeError for what is not the URL of a key without a version */
export function keyVaultSigner({ key, credential, httpClient }: KeyVaultSignerOptions): Signer {
  if (!/^https:\/\/[^/]+\/keys\/[0-9A-Za-z-]+$/.test(key)) {
    throw new TypeError(`key: must be https://<vault>/keys/<name>, without a version, not ${JSON.stringify(key)}`);
  }
  const options = httpClient === undefined ? {} : { httpClient };
  const clientOf = (id: string): CryptographyClient => new CryptographyClient(id, credential, options);
  const newest = clientOf(key);
  return {
    async sign(content) {
      const { result, keyID } = await newest.signData(algorithm, content);
      if (keyID === undefined) throw new Error(`${key}: Key Vault did not say which version has signed`);
      return { keyId: keyID, algorithm, value: Buffer.from(result).toString('base64url') };
    },
    async verify(content, signature) {
      // A signature names its key: only versions of ours are asked, never a vault that somebody else has named.
      const version = signature.keyId.startsWith(`${key}/`) ? signature.keyId.slice(key.length + 1) : '';
      const value = Buffer.from(signature.value, 'base64url');
      if (!/^[0-9a-f]{1,64}$/.test(version) || signature.algorithm !== algorithm) return false;
      if (value.byteLength !== signatureBytes) return false;
      try {
        return (await clientOf(signature.keyId).verifyData(algorithm, content, value)).result;
      } catch (error) {
        // No version of the key has that name.
        if ((error as { statusCode?: unknown }).statusCode === 404) return false;
        throw error;
      }
    },
  };
}
