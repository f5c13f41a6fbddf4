import { memoryContainer, virtualRuntime } from '@daybook/ports';
import { eventCodec } from '../codec.ts';
import { createEventStore } from '../event-store.ts';
import type { StoredEvent } from '../stored-event.ts';
import { allOf } from '../test-support/fixtures.ts';
import { verifyStream } from '../verify-stream.ts';
import { openEvents } from './open-events.ts';
import { protectedCodec } from './protected-codec.ts';
import { isSealed } from './sealed-value.ts';
import { keyRing, request } from './test-support.ts';

interface Gift {
  readonly type: 'GiftSent';
  readonly data: { readonly from: string; readonly to: string; readonly card?: unknown; readonly address?: unknown };
}
const personal = {
  GiftSent: [
    { path: 'card', subject: 'from' },
    { path: 'address', subject: 'to' },
  ],
};
const plain = eventCodec<Gift>({ GiftSent: { version: 1, schema: { parse: (data) => data } } });
const card = { text: 'For Bob, with love', signed: 'Ada' };
const address = { lines: ['12 St James Square'] };
const gift: Gift = { type: 'GiftSent', data: { from: 'ada', to: 'bob', card, address } };
const metadata = { commandKey: 'c1', correlationId: 'c', causationId: 'c', actor: 'customer:ada', traceparent: '' };

const runtime = virtualRuntime();
let ring: ReturnType<typeof keyRing>;
let keys: ReturnType<typeof ring.open>;
let stored: StoredEvent;
let container: ReturnType<typeof memoryContainer<StoredEvent>>;

beforeEach(async () => {
  ring = keyRing(runtime);
  keys = ring.open();
  container = memoryContainer<StoredEvent>({
    name: 'gifts',
    runtime,
    partitionKey: ({ streamId }) => streamId,
    uniqueKeys: ['/dedup'],
  });
  const codec = protectedCodec(plain, { personal, keys });
  await codec.prepareEncode?.('gift-1', [gift]);
  const store = createEventStore({ container, runtime });
  await store.append({ streamId: 'gift-1', expectedVersion: 0, events: [codec.encode(gift)], metadata });
  [stored] = (await allOf(store.readAll('gift-1'))) as [StoredEvent];
});
afterEach(() => ring.close());

const opened = async (event: StoredEvent = stored): Promise<StoredEvent['data']> =>
  ((await openEvents([event], { personal, keys: ring.open() }))[0] as StoredEvent).data;
const changed = (changes: Partial<StoredEvent>): StoredEvent => ({ ...stored, ...changes });

describe('Personal data: an event with personal data', () => {
  it('is stored with ciphertext in their place, and everything else as it is', () => {
    expect(stored.data).toMatchObject({ from: 'ada', to: 'bob', card: { enc: 1 }, address: { enc: 1 } });
    expect(isSealed(stored.data['card']) && isSealed(stored.data['address'])).toBe(true);
    expect(JSON.stringify(stored)).not.toMatch(/love|James/);
  });

  it('is opened for those who may see them', async () => {
    expect(await opened()).toEqual(gift.data);
  });

  it('shows others that something is there, and no more', () => {
    const withheld = { withheld: true };
    const { decode, prepareDecode } = protectedCodec(plain, { personal, keys });
    expect(decode(stored)?.data).toEqual({ from: 'ada', to: 'bob', card: withheld, address: withheld });
    expect(prepareDecode).toBeUndefined();
  });

  it('is opened by a codec that opens, once it was prepared', async () => {
    const codec = protectedCodec(plain, { personal, keys: ring.open(), opens: true });
    expect(codec.decode(stored)?.data.card).toEqual({ withheld: true });
    await codec.prepareDecode?.([stored]);
    expect(codec.decode(stored)).toEqual(gift);
    expect(codec.decodeAll(stored)).toEqual([gift]);
  });

  it('reads the same right after it was encoded as from the store', async () => {
    for (const opens of [true, false]) {
      const codec = protectedCodec(plain, { personal, keys, opens });
      await codec.prepareEncode?.('gift-2', [gift]);
      await codec.prepareDecode?.([stored]);
      expect(codec.decode(codec.encode(gift))).toEqual(codec.decode(stored));
    }
  });

  it('without its personal fields needs no key', async () => {
    const bare: Gift = { type: 'GiftSent', data: { from: 'ada', to: 'bob' } };
    const codec = protectedCodec(plain, { personal, keys });
    expect(codec.encode(bare).data).toEqual(bare.data);
    await codec.prepareEncode?.('gift-1', [bare]);
    expect(codec.encode(bare).data).toEqual(bare.data);
  });

  it('is encrypted differently each time', async () => {
    const codec = protectedCodec(plain, { personal, keys });
    await codec.prepareEncode?.('gift-1', [gift]);
    expect(codec.encode(gift).data['card']).not.toEqual(codec.encode(gift).data['card']);
  });
});

describe('Personal data: an event that cannot be protected is refused, never stored in clear', () => {
  it('when its keys were not fetched', () => {
    const codec = protectedCodec(plain, { personal, keys });
    expect(() => codec.encode(gift)).toThrow(expect.objectContaining({ code: 'personal-data-unprepared' }));
  });

  it('when it does not say whose data they are', async () => {
    const codec = protectedCodec(plain, { personal, keys });
    const nobodys = { type: 'GiftSent', data: { from: '', to: 'bob', card } } as const;
    await expect(codec.prepareEncode?.('gift-1', [nobodys])).rejects.toMatchObject({ code: 'invalid-event' });
  });

  it.each([[{ erased: true }], [{ withheld: true }], [{ enc: 1, kid: 'k', iv: 'i', tag: 't', ct: 'c' }]])(
    'when a value is one that was read: %j',
    async (value) => {
      const codec = protectedCodec(plain, { personal, keys });
      const copied: Gift = { type: 'GiftSent', data: { from: 'ada', to: 'bob', card: value } };
      await codec.prepareEncode?.('gift-1', [copied]);
      expect(() => codec.encode(copied)).toThrow(expect.objectContaining({ code: 'invalid-event' }));
    },
  );
});

describe('Personal data: a ciphertext', () => {
  const corrupt = expect.objectContaining({ code: 'personal-data-corrupt' });

  it('cannot be moved to another stream, field or type', async () => {
    const { card: sealed, address: other } = stored.data;
    const types = { ...personal, CardSent: [{ path: 'card', subject: 'from' }] };
    await expect(opened(changed({ streamId: 'gift-2' }))).rejects.toEqual(corrupt);
    await expect(opened(changed({ data: { ...stored.data, card: other, address: sealed } }))).rejects.toEqual(corrupt);
    const retyped = openEvents([changed({ type: 'CardSent' })], { personal: types, keys });
    await expect(retyped).rejects.toEqual(corrupt);
  });

  it('cannot be changed', async () => {
    const sealed = stored.data['card'] as Record<string, string>;
    for (const field of ['iv', 'tag', 'ct']) {
      const bytes = Buffer.from(sealed[field] as string, 'base64url');
      bytes[0] = (bytes[0] as number) ^ 1;
      const data = { ...stored.data, card: { ...sealed, [field]: bytes.toString('base64url') } };
      await expect(opened(changed({ data }))).rejects.toEqual(corrupt);
    }
    const shortTag = { ...sealed, tag: (sealed['tag'] as string).slice(0, 6) };
    await expect(opened(changed({ data: { ...stored.data, card: shortTag } }))).rejects.toEqual(corrupt);
  });
});

describe('Personal data: after one subject was erased', () => {
  beforeEach(async () => {
    await ring.open().erase('ada', request());
  });

  it('readers see that, nothing crashes, and the other subject is as before', async () => {
    expect(await opened()).toEqual({ from: 'ada', to: 'bob', card: { erased: true }, address });
    const codec = protectedCodec(plain, { personal, keys: ring.open(), opens: true });
    await codec.prepareDecode?.([stored]);
    expect(codec.decode(stored)?.data.card).toEqual({ erased: true });
  });

  it('the event is as it was and its hash verifies', async () => {
    const store = createEventStore({ container, runtime });
    const events = await allOf(store.readAll('gift-1'));
    expect(events).toEqual([stored]);
    expect(verifyStream(events)).toMatchObject({ ok: true, version: 1 });
  });
});

describe('Personal data: older events', () => {
  const codecV2 = eventCodec<Gift>({
    GiftSent: {
      version: 2,
      schema: { parse: (data) => data },
      upcasters: { 1: ({ address: to, ...data }: Record<string, unknown>) => ({ ...data, delivery: { to } }) },
    },
  });

  it('are opened where they have their data, and then brought up to date', async () => {
    const moved = { GiftSent: [{ path: 'delivery.to', subject: 'to' }] };
    const codec = protectedCodec(codecV2, { personal: moved, keys: ring.open(), opens: true });
    await codec.prepareDecode?.([stored]);
    expect(codec.decode(stored)?.data).toEqual({ from: 'ada', to: 'bob', card, delivery: { to: address } });
  });

  it('that were stored before there was encryption are read as they are', async () => {
    const before = changed({ data: gift.data });
    expect(protectedCodec(plain, { personal, keys }).decode(before)).toEqual(gift);
    expect(await opened(before)).toEqual(gift.data);
  });
});
