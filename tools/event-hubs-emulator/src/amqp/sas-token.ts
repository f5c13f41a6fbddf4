import { createHmac, timingSafeEqual } from 'node:crypto';
import { pathOf } from './paths.ts';

/** The shared access key that signs tokens. */
export interface SharedAccessKey {
  readonly keyName: string;
  readonly key: string;
}

/** A token that is valid for a path and everything below it, until it expires. */
export interface Grant {
  readonly path: string;
  readonly expiresMs: number;
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
    return 'The token has an invalid signature.';
  }
  const expiresMs = Number(expiry) * 1000;
  if (!(expiresMs > nowMs)) return 'The token has expired.';
  return { path: pathOf(decodeText(resource)).toLowerCase(), expiresMs };
}

/** Whether a grant covers a path: the path itself, or one below the granted one. */
export function covers(grant: Grant, path: string, nowMs: number): boolean {
  if (grant.expiresMs <= nowMs) return false;
  const wanted = path.toLowerCase();
  return grant.path === '' || wanted === grant.path || wanted.startsWith(`${grant.path}/`);
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
