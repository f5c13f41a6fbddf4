import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signerBehaviour } from '@daybook/ports/behaviour';
import { fileSigner } from './file-signer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-signer-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

signerBehaviour('a key file', async () => ({
  open: () => fileSigner(join(folder, 'anchors.pem')),
  openOther: () => fileSigner(join(folder, 'others.pem')),
  close: async () => undefined,
}));

describe('Tamper evidence: fileSigner', () => {
  it('makes its key at first use, for the owner alone, and one however many begin at once', async () => {
    const file = join(folder, 'keys', 'anchors.pem');
    const signers = await Promise.all([1, 2, 3, 4].map(() => fileSigner(file)));
    const signatures = await Promise.all(signers.map((signer) => signer.sign(Buffer.from('x'))));
    expect(new Set(signatures.map(({ keyId }) => keyId)).size).toBe(1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'keys'))).toEqual(['anchors.pem']);
  });

  it('refuses a key that others may read, and what is no key', async () => {
    const file = join(folder, 'anchors.pem');
    await fileSigner(file);
    chmodSync(file, 0o644);
    await expect(fileSigner(file)).rejects.toThrow('chmod 600');
    writeFileSync(join(folder, 'rubbish'), 'rubbish', { mode: 0o600 });
    await expect(fileSigner(join(folder, 'rubbish'))).rejects.toThrow();
  });
});
