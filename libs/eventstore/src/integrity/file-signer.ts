import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Signer } from '@daybook/ports';

const algorithm = 'Ed25519';

/**
 * A {@link Signer} whose key is a file, for a laptop: made at first use, for its owner's eyes only (mode 600). Where the events matter,
 * use `keyVaultSigner` of `@daybook/azure`: who can read this file can forge.
 *
 * @throws Error where others may read the file, or it holds no Ed25519 key
 */
export async function fileSigner(file: string): Promise<Signer> {
  const privateKey = createPrivateKey(await readOrMake(file));
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error(`${file}: is not an Ed25519 key; name another file`);
  const publicKey = createPublicKey(privateKey);
  const fingerprint = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
  const keyId = `file:${fingerprint.slice(0, 32)}`;
  return {
    async sign(content) {
      return { keyId, algorithm, value: sign(null, content, privateKey).toString('base64url') };
    },
    async verify(content, signature) {
      if (signature.keyId !== keyId || signature.algorithm !== algorithm) return false;
      return verify(null, content, publicKey, Buffer.from(signature.value, 'base64url'));
    },
  };
}

async function readOrMake(file: string): Promise<Buffer> {
  try {
    return await readOwn(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = `${file}.${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flush: true });
  try {
    // Whole or not at all, and never in the place of one that another process has just made.
    await link(draft, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readOwn(file);
}

async function readOwn(file: string): Promise<Buffer> {
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) throw new Error(`${file}: others may read this key; make it its owner's alone: chmod 600`);
  return readFile(file);
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
