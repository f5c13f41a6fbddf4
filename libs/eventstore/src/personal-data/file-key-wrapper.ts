import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { dataKeyBytes, type KeyWrapper, KeyWrapperError, type WrappedKey } from '@daybook/ports';

const algorithm = 'A256GCM';
const ivBytes = 12;
const tagBytes = 16;

/**
 * Wraps keys with AES-256-GCM under a key in a file: for a laptop. The file holds 32 bytes in base64url and is made, readable by its
 * owner only, at first use. **Who loses it loses all personal data; who copies it can read them:** on Azure use Key Vault.
 */
export function fileKeyWrapper(path: string): KeyWrapper {
  let loading: Promise<Buffer> | undefined;
  const wrappingKey = async (): Promise<Buffer> => {
    loading ??= loadOrCreate(path);
    try {
      return await loading;
    } catch (error) {
      loading = undefined;
      throw error;
    }
  };

  return {
    async wrap(key) {
      if (key.length !== dataKeyBytes) throw new KeyWrapperError('key-rejected', `a key has ${dataKeyBytes} bytes`);
      const secret = await wrappingKey();
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', secret, iv);
      const wrapped = Buffer.concat([iv, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
      return { wrappingKey: nameOf(secret), algorithm, value: wrapped.toString('base64url') };
    },
    async unwrap(wrapped) {
      const secret = await wrappingKey();
      checkNames(wrapped, nameOf(secret), path);
      const bytes = Buffer.from(wrapped.value, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
      try {
        decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
        return Buffer.concat([decipher.update(bytes.subarray(ivBytes, bytes.length - tagBytes)), decipher.final()]);
      } catch (cause) {
        throw new KeyWrapperError('key-rejected', 'the wrapped key is not what was wrapped', cause);
      }
    },
  };
}

/** Names a key without telling it. */
function nameOf(secret: Buffer): string {
  return `file:${createHash('sha256').update('daybook key file').update(secret).digest('hex').slice(0, 16)}`;
}

function checkNames(wrapped: WrappedKey, name: string, path: string): void {
  if (wrapped.wrappingKey !== name) {
    throw new KeyWrapperError(
      'key-rejected',
      `the key was wrapped by ${wrapped.wrappingKey}, ${path} is ${name}: bring that key file back (DAYBOOK_KEY_FILE)`,
    );
  }
  if (wrapped.algorithm !== algorithm) {
    throw new KeyWrapperError('key-rejected', `the key was wrapped with ${wrapped.algorithm}, not ${algorithm}`);
  }
}

async function loadOrCreate(path: string): Promise<Buffer> {
  try {
    const found = await load(path);
    if (found !== undefined) return found;
    await create(path);
    return (await load(path)) as Buffer;
  } catch (error) {
    if (error instanceof KeyWrapperError) throw error;
    throw new KeyWrapperError('key-unavailable', `the key file ${path} cannot be read or made`, error);
  }
}

async function load(path: string): Promise<Buffer | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) {
    throw new KeyWrapperError('key-rejected', `the key file ${path} may be read by others: chmod 600 it`);
  }
  const secret = Buffer.from(text.trim(), 'base64url');
  if (secret.length === dataKeyBytes) return secret;
  throw new KeyWrapperError('key-rejected', `the key file ${path} must hold ${dataKeyBytes} bytes in base64url`);
}

/** Whole or not at all, and on the disk before anything is wrapped with it. Where two processes make it, the first one's stays. */
async function create(path: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(dataKeyBytes).toString('base64url')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
