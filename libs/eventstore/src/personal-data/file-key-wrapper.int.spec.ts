import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyWrapperBehaviour } from '@daybook/ports/behaviour';
import { fileKeyWrapper } from './file-key-wrapper.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-keys-'));
  path = join(folder, 'keys', 'wrapping.key');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

keyWrapperBehaviour('a key file', () =>
  Promise.resolve({ open: () => Promise.resolve(fileKeyWrapper(path)), close: () => Promise.resolve() }),
);

const key = new Uint8Array(32).fill(7);

describe('Personal data: the key file', () => {
  it('is made at first use, for its owner only, and nothing is left beside it', async () => {
    await fileKeyWrapper(path).wrap(key);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'keys'))).toEqual(['wrapping.key']);
    expect(readFileSync(path, 'utf8')).toMatch(/^[A-Za-z0-9_-]{43}\n$/);
  });

  it('made by several at once is one key', async () => {
    const wrappers = Array.from({ length: 8 }, () => fileKeyWrapper(path));
    const wrapped = await Promise.all(wrappers.map((wrapper) => wrapper.wrap(key)));
    expect(new Set(wrapped.map(({ wrappingKey }) => wrappingKey)).size).toBe(1);
    expect(readdirSync(join(folder, 'keys'))).toEqual(['wrapping.key']);
  });

  it('says which file to bring back when it was replaced', async () => {
    const wrapped = await fileKeyWrapper(path).wrap(key);
    rmSync(path);
    const another = fileKeyWrapper(path).unwrap(wrapped);
    await expect(another).rejects.toMatchObject({ code: 'key-rejected', message: expect.stringContaining(path) });
  });

  it('refuses a file that others may read, and one that holds no key', async () => {
    await fileKeyWrapper(path).wrap(key);
    chmodSync(path, 0o640);
    await expect(fileKeyWrapper(path).wrap(key)).rejects.toMatchObject({ code: 'key-rejected' });
    chmodSync(path, 0o600);
    writeFileSync(path, 'not a key');
    await expect(fileKeyWrapper(path).wrap(key)).rejects.toMatchObject({ code: 'key-rejected' });
  });

  it('is unavailable, not rejected, where the file cannot be reached', async () => {
    writeFileSync(join(folder, 'keys'), 'a file where the folder should be');
    await expect(fileKeyWrapper(path).wrap(key)).rejects.toMatchObject({ code: 'key-unavailable' });
  });
});
