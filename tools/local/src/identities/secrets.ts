import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { dataIdentities, type DataIdentity } from '@daybook/contracts';
import { replaceFile } from '../files.ts';

/** Where the secrets of the identities are. */
export const secretsIn = (dataFolder: string): string => join(dataFolder, 'keys', 'identities');

/**
 * The secret by which an identity proves to the issuer that it is itself, as a file of environment variables (`IDENTITY_HEADER`): a
 * process gets it by `node --env-file`, and nobody else sees it.
 */
export const secretFile = (dataFolder: string, identity: DataIdentity): string =>
  join(secretsIn(dataFolder), `${identity}.env`);

/** Makes the secrets that are not there yet, at random. Those that are there stay: what runs with them goes on. */
export function makeSecrets(dataFolder: string): void {
  mkdirSync(secretsIn(dataFolder), { recursive: true, mode: 0o700 });
  for (const identity of dataIdentities) {
    const file = secretFile(dataFolder, identity);
    if (!existsSync(file)) replaceFile(file, `IDENTITY_HEADER=${randomBytes(32).toString('hex')}\n`);
  }
}

/** All secrets of a folder, and whose they are. @throws Error naming a file that holds none */
export function readSecrets(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.env'));
  return new Map(files.map((name) => [readSecret(join(folder, name)), name.slice(0, -'.env'.length)]));
}

function readSecret(file: string): string {
  const { IDENTITY_HEADER: secret } = parseEnv(readFileSync(file, 'utf8'));
  if (secret !== undefined && /^[0-9a-f]{64}$/.test(secret)) return secret;
  throw new Error(`${file} holds no secret of an identity: delete it, and the next start makes a new one`);
}
