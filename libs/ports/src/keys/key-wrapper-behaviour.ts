import { dataKeyBytes, type KeyWrapper } from './key-wrapper.ts';

/** Wrappers of one wrapping key, each call as a process of its own would open it. */
export interface KeyWrapperUnderTest {
  open(): Promise<KeyWrapper>;
  close(): Promise<void>;
}

/** What every {@link KeyWrapper} promises, as jest specs. `create` is called once per spec. */
export function keyWrapperBehaviour(name: string, create: () => Promise<KeyWrapperUnderTest>): void {
  describe(`${name} as a KeyWrapper`, () => {
    const key = Uint8Array.from({ length: dataKeyBytes }, (_, index) => index * 7);
    let keeper: KeyWrapperUnderTest;
    let wrapper: KeyWrapper;

    beforeEach(async () => {
      keeper = await create();
      wrapper = await keeper.open();
    });
    afterEach(() => keeper.close());

    it('gives back what it wrapped, also to another process', async () => {
      const wrapped = JSON.parse(JSON.stringify(await wrapper.wrap(key))) as Awaited<ReturnType<KeyWrapper['wrap']>>;
      expect([...(await wrapper.unwrap(wrapped))]).toEqual([...key]);
      expect([...(await (await keeper.open()).unwrap(wrapped))]).toEqual([...key]);
    });

    it('shows nothing of the key', async () => {
      const wrapped = await wrapper.wrap(key);
      expect(wrapped.value).toMatch(/^[A-Za-z0-9_-]{40,}$/);
      expect(Buffer.from(wrapped.value, 'base64url').includes(Buffer.from(key.subarray(0, 8)))).toBe(false);
    });

    it('rejects what was changed', async () => {
      const wrapped = await wrapper.wrap(key);
      const bytes = Buffer.from(wrapped.value, 'base64url');
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      const changed = { ...wrapped, value: bytes.toString('base64url') };
      await expect(wrapper.unwrap(changed)).rejects.toMatchObject({ code: 'key-rejected' });
    });

    it('rejects what another wrapping key or algorithm is named for', async () => {
      const wrapped = await wrapper.wrap(key);
      const elsewhere = { ...wrapped, wrappingKey: 'https://elsewhere.invalid/keys/k/1' };
      await expect(wrapper.unwrap(elsewhere)).rejects.toMatchObject({ code: 'key-rejected' });
      const otherwise = { ...wrapped, algorithm: 'ROT13' };
      await expect(wrapper.unwrap(otherwise)).rejects.toMatchObject({ code: 'key-rejected' });
    });

    it('wraps keys of 32 bytes only', async () => {
      await expect(wrapper.wrap(key.subarray(1))).rejects.toMatchObject({ code: 'key-rejected' });
    });
  });
}
