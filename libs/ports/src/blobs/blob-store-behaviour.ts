import { type BlobStore, blobBytesMax, isBlobName } from './blob-store.ts';

/** A fresh, empty store. */
export interface BlobStoreUnderTest {
  readonly blobs: BlobStore;
  close(): Promise<void>;
}

/** What every {@link BlobStore} promises, as jest specs. `create` is called once per spec. */
export function blobStoreBehaviour(name: string, create: () => Promise<BlobStoreUnderTest>): void {
  describe(`${name} as a BlobStore`, () => {
    let blobs: BlobStore;
    let close: () => Promise<void>;

    beforeEach(async () => {
      ({ blobs, close } = await create());
    });
    afterEach(() => close());

    const bytes = (text: string): Uint8Array => Buffer.from(text);
    const text = async (blob: string): Promise<string | undefined> => {
      const content = await blobs.get(blob);
      return content === undefined ? undefined : Buffer.from(content).toString();
    };
    const names = async (prefix: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const each of blobs.list(prefix)) found.push(each);
      return found;
    };

    it('gives back what was written, byte by byte', async () => {
      const every = Uint8Array.from({ length: 256 }, (_, index) => index);
      expect(await blobs.putIfAbsent('a/b.bin', every)).toBe('created');
      expect([...((await blobs.get('a/b.bin')) ?? [])]).toEqual([...every]);
      expect(await blobs.putIfAbsent('empty', new Uint8Array())).toBe('created');
      expect(await text('empty')).toBe('');
    });

    it('never changes a blob', async () => {
      const content = bytes('first');
      await blobs.putIfAbsent('a', content);
      content.fill(0);
      expect(await blobs.putIfAbsent('a', bytes('second'))).toBe('exists');
      expect(await text('a')).toBe('first');
      (await blobs.get('a'))?.fill(0);
      expect(await text('a')).toBe('first');
    });

    it('takes one of several writers of one name', async () => {
      const writers = ['one', 'two', 'three'];
      const outcomes = await Promise.all(writers.map((writer) => blobs.putIfAbsent('a', bytes(writer))));
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      expect(await text('a')).toBe(writers[outcomes.indexOf('created')]);
    });

    it('lists names in order, by their beginning', async () => {
      for (const each of ['b/2', 'a/10', 'a/2', 'a/B', 'a/a', 'ab']) await blobs.putIfAbsent(each, bytes(each));
      expect(await names('a/')).toEqual(['a/10', 'a/2', 'a/B', 'a/a']);
      expect(await names('')).toHaveLength(6);
      expect(await names('c')).toEqual([]);
    });

    it('knows nothing of what is not there', async () => {
      expect(await blobs.get('nowhere')).toBeUndefined();
    });

    it.each(['', '/a', 'a/', 'a//b', '../a', 'a/../b', 'a?b', 'a\\b', 'ä', '.hidden', 'a'.repeat(513)])(
      'refuses the name %j',
      async (blob) => {
        expect(isBlobName(blob)).toBe(false);
        await expect(blobs.putIfAbsent(blob, bytes('x'))).rejects.toMatchObject({ code: 'bad-request' });
        await expect(blobs.get(blob)).rejects.toMatchObject({ code: 'bad-request' });
      },
    );

    it('refuses what is too large', async () => {
      const large = { byteLength: blobBytesMax + 1 } as Uint8Array;
      await expect(blobs.putIfAbsent('large', large)).rejects.toMatchObject({ code: 'too-large' });
    });
  });
}
