import type { Signature, Signer } from './signer.ts';

/** Signers of keys; each call of `open` as a process of its own would open it. */
export interface SignerUnderTest {
  open(): Promise<Signer>;
  /** A signer of another key. */
  openOther(): Promise<Signer>;
  close(): Promise<void>;
}

/** What every {@link Signer} promises, as jest specs. `create` is called once per spec. */
export function signerBehaviour(name: string, create: () => Promise<SignerUnderTest>): void {
  describe(`${name} as a Signer`, () => {
    const content = Buffer.from('what is signed');
    let keeper: SignerUnderTest;
    let signer: Signer;

    beforeEach(async () => {
      keeper = await create();
      signer = await keeper.open();
    });
    afterEach(() => keeper.close());

    it('knows its own signature again, also in another process', async () => {
      const signature = JSON.parse(JSON.stringify(await signer.sign(content))) as Signature;
      expect(signature).toMatchObject({ keyId: expect.any(String), value: expect.stringMatching(/^[A-Za-z0-9_-]+$/) });
      expect(await signer.verify(content, signature)).toBe(true);
      expect(await (await keeper.open()).verify(content, signature)).toBe(true);
    });

    it('knows no signature over something else, and none that was changed', async () => {
      const signature = await signer.sign(content);
      expect(await signer.verify(Buffer.from('what is signe'), signature)).toBe(false);
      const bytes = Buffer.from(signature.value, 'base64url');
      bytes[5] = (bytes[5] ?? 0) ^ 1;
      expect(await signer.verify(content, { ...signature, value: bytes.toString('base64url') })).toBe(false);
      expect(await signer.verify(content, { ...signature, value: '' })).toBe(false);
      expect(await signer.verify(content, { ...signature, value: 'rubbish' })).toBe(false);
    });

    it('knows no signature of another key, whatever it is called, and none by another algorithm', async () => {
      const own = await signer.sign(content);
      const other = await (await keeper.openOther()).sign(content);
      expect(other.keyId).not.toBe(own.keyId);
      expect(await signer.verify(content, other)).toBe(false);
      expect(await signer.verify(content, { ...other, keyId: own.keyId })).toBe(false);
      expect(await signer.verify(content, { ...own, algorithm: 'none' })).toBe(false);
    });
  });
}
