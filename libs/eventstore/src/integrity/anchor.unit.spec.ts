import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type BlobStore, memoryBlobStore, memoryContainer, type Runtime, type Signer } from '@daybook/ports';
import { createEventStore } from '../event-store.ts';
import { GENESIS_HASH, eventHash } from '../hash.ts';
import type { StoredEvent } from '../stored-event.ts';
import { allOf, counted, instantRuntime, metadata } from '../test-support/fixtures.ts';
import { type AnchoredHead, createAnchor } from './anchor.ts';
import { checkAnchor } from './check-anchor.ts';
import { verifyStreams } from './verify-streams.ts';

const runtime = instantRuntime(31);

function testSigner(keyId: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    sign: async (content) => ({
      keyId,
      algorithm: 'Ed25519',
      value: sign(null, content, privateKey).toString('base64url'),
    }),
    verify: async (content, { value }) => verify(null, content, publicKey, Buffer.from(value, 'base64url')),
  };
}

/** Three streams of three events, a key, and a place for anchors. */
async function world() {
  const container = memoryContainer<StoredEvent>({
    name: 'orders',
    runtime,
    partitionKey: ({ streamId }) => streamId,
    uniqueKeys: ['/dedup'],
  });
  const store = createEventStore({ container, runtime });
  const streams = ['order-1', 'order-2', 'order-3'];
  const append = (streamId: string, key: string, ...steps: number[]) =>
    store.append({ streamId, expectedVersion: 'any', events: counted(...steps), metadata: metadata(key) });
  for (const streamId of streams) await append(streamId, 'a', 1, 2, 3);
  const signer = testSigner('file:1');
  const blobs = memoryBlobStore('anchors');
  const anchor = async (changes: { blobs?: BlobStore; runtime?: Runtime } = {}) => {
    const heads = (await Promise.all(streams.map((streamId) => store.readHead(streamId)))) as AnchoredHead[];
    return createAnchor({ container: 'orders', heads, signer, blobs, runtime, ...changes });
  };
  const hashAt = async (streamId: string, version: number) =>
    (await container.read(streamId, String(version))).document?.hash;
  const check = (changes: { blobs?: BlobStore; signer?: Signer } = {}) =>
    checkAnchor({ container: 'orders', blobs, signer, hashAt, ...changes });
  return { container, store, append, anchor, check, signer, blobs };
}

/** A store in which blobs can be put in the place of others. */
async function copyOf(blobs: BlobStore, change: (name: string, content: Buffer) => Uint8Array | undefined) {
  const copy = memoryBlobStore(blobs.name);
  for await (const name of blobs.list('')) {
    const content = change(name, Buffer.from((await blobs.get(name)) ?? []));
    if (content !== undefined) await copy.putIfAbsent(name, content);
  }
  return copy;
}

describe('Tamper evidence: an anchor', () => {
  it('agrees with what is there, also after more was appended', async () => {
    const { anchor, append, check } = await world();
    expect(await check()).toBeUndefined();
    const { name } = await anchor();
    await append('order-1', 'b', 4);
    await append('order-4', 'b', 4);
    expect(await check()).toMatchObject({ name, anchor: { number: 1, streams: 3 }, findings: [], unlisted: 0 });
    expect(name).toBe('orders/000000001.json');
  });

  it('shows that a stream lost its end, or is gone: no walk can', async () => {
    const { container, anchor, check } = await world();
    await anchor();
    await container.batch('order-1', [{ kind: 'delete', id: '3' }]);
    await container.batch('order-2', [
      { kind: 'delete', id: '1' },
      { kind: 'delete', id: '2' },
      { kind: 'delete', id: '3' },
    ]);
    expect(await verifyStreams({ container, runtime })).toMatchObject({ complete: true, bad: [] });
    expect((await check())?.findings.map(({ problem, where }) => `${where} ${problem}`).sort()).toEqual([
      'order-1 stream-cut',
      'order-2 stream-missing',
    ]);
  });

  it('shows that a stream was rewritten with hashes that fit', async () => {
    const { container, store, anchor, check } = await world();
    await anchor();
    let previousHash = GENESIS_HASH;
    for (const event of await allOf(store.readAll('order-2'))) {
      const { _etag, _ts, ...stored } = event;
      const changed = { ...stored, data: { by: 9 }, previousHash };
      const document = { ...changed, hash: eventHash(changed) };
      previousHash = document.hash;
      await container.batch('order-2', [{ kind: 'replace', document }]);
    }
    expect(await verifyStreams({ container, runtime })).toMatchObject({ bad: [] });
    expect((await check())?.findings).toMatchObject([{ problem: 'stream-rewritten', where: 'order-2' }]);
  });

  it('is trusted by its signature alone', async () => {
    const { anchor, check, blobs } = await world();
    await anchor();
    const forged = async (from: string, to: string) => {
      const changed = await copyOf(blobs, (name, content) =>
        name.endsWith('.json') ? Buffer.from(content.toString().replace(from, to)) : content,
      );
      return (await check({ blobs: changed }))?.findings;
    };
    const verdict = [{ problem: 'anchor-forged', where: 'orders/000000001.json' }];
    expect(await forged('"streams":3', '"streams":2')).toMatchObject(verdict);
    expect(await forged('"createdAt":"2010', '"createdAt":"2011')).toMatchObject(verdict);
    expect(await forged('{"anchor"', '{"other"')).toMatchObject(verdict);
    expect(await forged('{', '')).toMatchObject(verdict);
    expect((await check({ signer: testSigner('file:1') }))?.findings).toMatchObject(verdict);
  });

  it('does not stand in for another container or another number', async () => {
    const { anchor, check, blobs } = await world();
    await anchor();
    const text = Buffer.from((await blobs.get('orders/000000001.json')) ?? []);
    await blobs.putIfAbsent('orders/000000002.json', text);
    expect((await check())?.findings).toMatchObject([{ problem: 'anchor-forged', where: 'orders/000000002.json' }]);
  });

  it('misses its list of heads, and knows another one', async () => {
    const { anchor, check, blobs } = await world();
    await anchor();
    const without = await copyOf(blobs, (name, content) => (name.includes('/heads/') ? undefined : content));
    expect((await check({ blobs: without }))?.findings).toMatchObject([{ problem: 'heads-missing' }]);
    const shorter = await copyOf(blobs, (name, content) =>
      name.includes('/heads/') ? gzipSync(gunzipSync(content).toString().split('\n').slice(1).join('\n')) : content,
    );
    expect((await check({ blobs: shorter }))?.findings).toMatchObject([{ problem: 'heads-altered' }]);
    const rubbish = await copyOf(blobs, (name, content) => (name.includes('/heads/') ? Buffer.from('x') : content));
    expect((await check({ blobs: rubbish }))?.findings).toMatchObject([{ problem: 'heads-altered' }]);
  });

  it('is numbered and follows the one before: one taken out or replaced is missed', async () => {
    const { anchor, append, check, blobs } = await world();
    await anchor();
    await append('order-1', 'b', 1);
    await anchor();
    await append('order-2', 'b', 1);
    expect((await anchor()).anchor.number).toBe(3);
    expect((await check())?.findings).toEqual([]);
    const without = await copyOf(blobs, (name, content) => (name.endsWith('2.json') ? undefined : content));
    expect((await check({ blobs: without }))?.findings).toMatchObject([
      { problem: 'anchor-missing', where: 'orders/000000002.json' },
    ]);
    const replaced = await copyOf(blobs, (name, content) => (name.endsWith('2.json') ? Buffer.from('{}') : content));
    expect((await check({ blobs: replaced }))?.findings).toMatchObject([
      { problem: 'anchor-forged', where: 'orders/000000002.json' },
    ]);
  });

  it('takes the next number where several are written at once, and its own where the answer was lost', async () => {
    const { anchor, check, blobs } = await world();
    const at = (nowMs: number) => anchor({ runtime: { ...runtime, now: () => nowMs } });
    const numbers = (await Promise.all([at(1), at(2), at(3)])).map((written) => written.anchor.number);
    expect(numbers.sort()).toEqual([1, 2, 3]);
    const losing: BlobStore = {
      ...blobs,
      putIfAbsent: async (name, content) => {
        await blobs.putIfAbsent(name, content);
        return 'exists';
      },
    };
    expect((await anchor({ blobs: losing })).anchor.number).toBe(4);
    expect((await check())?.findings).toEqual([]);
  });
});
