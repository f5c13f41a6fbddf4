import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';

/** The part of Key Vault's REST interface that signing needs: versions of keys, a bearer challenge, `sign`, `verify`, `get`. */
export interface SigningVault {
  readonly httpClient: HttpClient;
  /** Adds a version to a key, the newest from now on; its id. */
  rotate(name: string): string;
}

export function signingVault(url = 'https://daybook.vault.azure.net'): SigningVault {
  const keys = new Map<string, { version: string; privateKey: KeyObject; publicKey: KeyObject }[]>();

  const answer = (path: string, body: string): [number, object] => {
    const [, , name = '', ...rest] = path.split('/');
    const versions = keys.get(name) ?? [];
    const operation = rest.at(-1);
    const version = rest.length > 1 || !['sign', 'verify'].includes(operation ?? '') ? (rest[0] ?? '') : '';
    const key = version === '' ? versions.at(-1) : versions.find((each) => each.version === version);
    if (key === undefined) return [404, { error: { code: 'KeyNotFound', message: `no key ${path}` } }];
    const kid = `${url}/keys/${name}/${key.version}`;
    const { value, digest } = JSON.parse(body || '{}') as { value: string; digest: string };
    // A digest is signed as it is in Key Vault; here it stands for the content, which makes the same of signing and verifying.
    if (operation === 'sign') {
      const signed = sign('sha256', Buffer.from(value, 'base64url'), {
        key: key.privateKey,
        dsaEncoding: 'ieee-p1363',
      });
      return [200, { kid, value: signed.toString('base64url') }];
    }
    if (operation === 'verify') {
      const using = { key: key.publicKey, dsaEncoding: 'ieee-p1363' } as const;
      return [
        200,
        { value: verify('sha256', Buffer.from(digest, 'base64url'), using, Buffer.from(value, 'base64url')) },
      ];
    }
    const jwk = key.publicKey.export({ format: 'jwk' });
    return [200, { key: { ...jwk, kid, key_ops: ['sign', 'verify'] }, attributes: { enabled: true } }];
  };

  return {
    rotate(name) {
      const version = createHash('sha256')
        .update(`${name} ${keys.get(name)?.length ?? 0}`)
        .digest('hex')
        .slice(0, 32);
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      keys.set(name, [...(keys.get(name) ?? []), { version, ...pair }]);
      return `${url}/keys/${name}/${version}`;
    },
    httpClient: {
      async sendRequest(request) {
        const authorized = request.headers.get('authorization') === 'Bearer token';
        const challenge = `Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"`;
        const [status, body] = authorized
          ? answer(new URL(request.url).pathname, typeof request.body === 'string' ? request.body : '')
          : [401, {}];
        const headers = createHttpHeaders({
          'content-type': 'application/json',
          ...(authorized ? {} : { 'www-authenticate': challenge }),
        });
        return { request, status, headers, bodyAsText: JSON.stringify(body) };
      },
    },
  };
}
