import type { HttpClient } from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { CryptographyClient } from '@azure/keyvault-keys';
import { dataKeyBytes, type KeyWrapper, KeyWrapperError, type WrappedKey } from '@daybook/ports';

export interface KeyVaultKeyWrapperOptions {
  /** `https://<vault>.vault.azure.net/keys/<name>`: wraps with its newest version, unwraps with the one that wrapped. */
  readonly key: string;
  /** Needs `wrapKey`, `unwrapKey` and `get` on that key: the role "Key Vault Crypto Service Encryption User". */
  readonly credential: TokenCredential;
  /** `RSA-OAEP-256` (default) for an RSA key, `A256KW` for a symmetric one in a Managed HSM. */
  readonly algorithm?: 'RSA-OAEP-256' | 'A256KW';
  /** What carries the requests; default the SDK's own. */
  readonly httpClient?: HttpClient;
}

/** A {@link KeyWrapper} whose key never leaves Key Vault. @throws TypeError for what is not the URL of a key without a version */
export function keyVaultKeyWrapper(options: KeyVaultKeyWrapperOptions): KeyWrapper {
  const { key, credential, algorithm = 'RSA-OAEP-256', httpClient } = options;
  if (!/^https:\/\/[^/]+\/keys\/[0-9A-Za-z-]+$/.test(key)) {
    throw new TypeError(`key: must be https://<vault>/keys/<name>, without a version, not ${JSON.stringify(key)}`);
  }
  const clientOf = (id: string): CryptographyClient =>
    new CryptographyClient(id, credential, httpClient === undefined ? {} : { httpClient });

  return {
    async wrap(dataKey) {
      if (dataKey.length !== dataKeyBytes) throw new KeyWrapperError('key-rejected', `a key has ${dataKeyBytes} bytes`);
      const { result, keyID } = await asking(key, () => clientOf(key).wrapKey(algorithm, dataKey));
      if (keyID === undefined)
        throw new KeyWrapperError('key-unavailable', `${key}: no version is said to have wrapped`);
      return { wrappingKey: keyID, algorithm, value: Buffer.from(result).toString('base64url') };
    },
    async unwrap(wrapped) {
      checkOurs(wrapped, key, algorithm);
      const value = Buffer.from(wrapped.value, 'base64url');
      const { result } = await asking(key, () => clientOf(wrapped.wrappingKey).unwrapKey(algorithm, value));
      if (result.length === dataKeyBytes) return result;
      throw new KeyWrapperError('key-rejected', `${key}: what was unwrapped is no key of ${dataKeyBytes} bytes`);
    },
  };
}

/** A wrapped key names its keeper: only versions of ours are asked, never a vault that somebody else has named. */
function checkOurs({ wrappingKey, algorithm }: WrappedKey, key: string, ours: string): void {
  const version = wrappingKey.startsWith(`${key}/`) ? wrappingKey.slice(key.length + 1) : '';
  if (!/^[0-9a-f]{1,64}$/.test(version)) {
    throw new KeyWrapperError('key-rejected', `the key was wrapped by ${wrappingKey}, not by a version of ${key}`);
  }
  if (algorithm !== ours) {
    throw new KeyWrapperError('key-rejected', `the key was wrapped with ${algorithm}, not ${ours}`);
  }
}

/** 400 and 404 mean that this is not what the key has wrapped; 401, 403, 429, 5xx and silence say nothing about it. */
async function asking<R>(key: string, ask: () => Promise<R>): Promise<R> {
  try {
    return await ask();
  } catch (cause) {
    const { statusCode } = cause as { readonly statusCode?: unknown };
    const code = statusCode === 400 || statusCode === 404 ? 'key-rejected' : 'key-unavailable';
    throw new KeyWrapperError(code, `${key}: Key Vault answered ${String(statusCode ?? 'nothing')}`, cause);
  }
}
