import { constants, createHash, generateKeyPairSync, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';

/** The part of Key Vault's REST interface that wrapping needs: versions of RSA keys, a bearer challenge, `wrapkey`, `unwrapkey`, `get`. */
export interface WrappingVault {
  readonly httpClient: HttpClient;
  /** Adds a version to the key; its id. */
  rotate(name: string): string;
  /** Every request from now on gets this status; `undefined` heals. */
  fail(status: number | undefined): void;
}

export function wrappingVault(url = 'https://daybook.vault.azure.net'): WrappingVault {
  const keys = new Map<string, { version: string; publicKey: KeyObject; privateKey: KeyObject }[]>();
  let failing: number | undefined;
  const oaep = (key: KeyObject) => ({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' });

  const answer = (path: string, body: string): [number, object] => {
    if (failing !== undefined) return [failing, { error: { code: 'Failing', message: 'as asked' } }];
    const [, , name = '', ...rest] = path.split('/').filter((part, index) => index === 0 || part !== '');
    const operation = ['wrapkey', 'unwrapkey'].includes(rest.at(-1) ?? '') ? rest.pop() : 'get';
    const versions = keys.get(name) ?? [];
    const found = rest[0] === undefined ? versions.at(-1) : versions.find(({ version }) => version === rest[0]);
    if (found === undefined) return [404, { error: { code: 'KeyNotFound', message: `no key ${path}` } }];
    const kid = `${url}/keys/${name}/${found.version}`;
    if (operation === 'get') {
      const key_ops = ['wrapKey', 'unwrapKey'];
      return [
        200,
        { key: { ...found.publicKey.export({ format: 'jwk' }), kid, key_ops }, attributes: { enabled: true } },
      ];
    }
    const value = Buffer.from((JSON.parse(body) as { value: string }).value, 'base64url');
    try {
      const result =
        operation === 'wrapkey'
          ? publicEncrypt(oaep(found.publicKey), value)
          : privateDecrypt(oaep(found.privateKey), value);
      return [200, { kid, value: result.toString('base64url') }];
    } catch {
      return [400, { error: { code: 'BadParameter', message: 'cannot be unwrapped' } }];
    }
  };

  return {
    rotate(name) {
      const versions = keys.get(name) ?? [];
      const version = createHash('sha256').update(`${name} ${versions.length}`).digest('hex').slice(0, 32);
      keys.set(name, [...versions, { version, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) }]);
      return `${url}/keys/${name}/${version}`;
    },
    fail(status) {
      failing = status;
    },
    httpClient: {
      sendRequest: async (request) => {
        const challenge = request.headers.get('authorization') === undefined;
        const [status, body] = challenge
          ? [401, {}]
          : answer(new URL(request.url).pathname, String(request.body ?? ''));
        const headers = createHttpHeaders({ 'content-type': 'application/json' });
        if (challenge) {
          const authority = 'https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000';
          headers.set('www-authenticate', `Bearer authorization="${authority}", resource="https://vault.azure.net"`);
        }
        return { request, status, headers, bodyAsText: JSON.stringify(body) };
      },
    },
  };
}
