import { createHmac, timingSafeEqual } from 'node:crypto';
import { pathOf } from '../amqp/paths.ts';
import type { Grant } from './grant.ts';

/** The shared access key that signs tokens. */
export interface SharedAccessKey {
  readonly keyName: string;
  readonly key: string;
}

/** Checks a shared access signature. The answer is a grant, or the reason why there is none. */
export function checkSasToken(token: string, accessKey: SharedAccessKey, nowMs: number): Grant | string {
  const prefix = 'SharedAccessSignature ';
  if (!token.startsWith(prefix)) return 'The token is not a shared access signature.';
  const fields = new Map(
    token
      .slice(prefix.length)
      .split('&')
      .map((field): [string, string] => [
        field.slice(0, field.indexOf('=')).trim(),
        field.slice(field.indexOf('=') + 1).trim(),
      ]),
  );
  const resource = fields.get('sr') ?? '';
  const expiry = fields.get('se') ?? '';
  if (decodeText(fields.get('skn') ?? '') !== accessKey.keyName) return 'The key name of the token is unknown.';
  const expected = createHmac('sha256', accessKey.key).update(`${resource}\n${expiry}`, 'utf8').digest();
  const actual = Buffer.from(decodeText(fields.get('sig') ?? ''), 'base64');
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) {
    return 'InvalidSignature: The token has an invalid signature.';
  }
  const expiresMs = Number(expiry) * 1000;
  if (!(expiresMs > nowMs)) return 'ExpiredToken: The token is expired.';
  return { path: pathOf(decodeText(resource)).toLowerCase(), expiresMs };
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
