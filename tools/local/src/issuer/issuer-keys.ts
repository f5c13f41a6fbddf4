import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { replaceFile } from '../files.ts';

/** What the development issuer signs with. */
export interface IssuerKeys {
  readonly privateKey: Awaited<ReturnType<typeof importJWK>>;
  /** What it publishes. */
  readonly publicJwk: JWK;
}

/** The keys in a file, made at the first start: tokens stay good over a restart. Only its owner can read the file. */
export async function openIssuerKeys(file: string): Promise<IssuerKeys> {
  const jwk = readKey(file) ?? (await makeKey(file));
  const { d: _d, ...publicPart } = jwk;
  return { privateKey: await importJWK(jwk, 'ES256'), publicJwk: { ...publicPart, alg: 'ES256', use: 'sig' } };
}

function readKey(file: string): JWK | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JWK;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file} is not the key of a development issuer: delete it, and a new one is made`, {
      cause: error,
    });
  }
}

async function makeKey(file: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const named = { ...jwk, kid: await calculateJwkThumbprint(jwk) };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  replaceFile(file, `${JSON.stringify(named)}\n`);
  return named;
}
