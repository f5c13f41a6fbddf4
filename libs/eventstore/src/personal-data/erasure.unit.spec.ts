import { ContainerError, memoryContainer } from '@daybook/ports';
import { createAuditLog } from '../audit/audit-log.ts';
import { eventCodec } from '../codec.ts';
import { createEventStore } from '../event-store.ts';
import type { StoredEvent } from '../stored-event.ts';
import { instantRuntime } from '../test-support/fixtures.ts';
import { createErasure, type DerivedData } from './erasure.ts';
import { protectedCodec } from './protected-codec.ts';
import { keyRing, request } from './test-support.ts';

const runtime = instantRuntime();
const personal = {
  Sent: [
    { path: 'card', subject: 'from' },
    { path: 'address', subject: 'to' },
  ],
};
const codec = eventCodec({ Sent: { version: 1, schema: { parse: (data) => data } } });
const memory = (name: string) =>
  memoryContainer({ name, runtime, partitionKey: ({ streamId }) => String(streamId), uniqueKeys: ['/dedup'] });

let ring: ReturnType<typeof keyRing>;
let events: ReturnType<typeof memoryContainer<StoredEvent>>;
let auditContainer: ReturnType<typeof memory>;
let keys: ReturnType<typeof ring.open>;

beforeEach(async () => {
  ring = keyRing(runtime);
  keys = ring.open();
  events = memory('events') as unknown as typeof events;
  auditContainer = memory('audit');
  const store = createEventStore({ container: events, runtime });
  const writing = protectedCodec(codec, { personal, keys });
  const send = async (streamId: string, from: string, to: string): Promise<void> => {
    const event = { type: 'Sent', data: { from, to, card: 'love', address: 'there' } } as const;
    await writing.prepareEncode?.(streamId, [event]);
    const metadata = { commandKey: streamId, correlationId: 'c', causationId: 'c', actor: 'test', traceparent: '' };
    await store.append({ streamId, expectedVersion: 0, events: [writing.encode(event)], metadata });
  };
  await send('gift-1', 'ada', 'bob');
  await send('gift-2', 'bob', 'ada');
  await send('gift-3', 'bob', 'eve');
});
afterEach(() => ring.close());

const audit = () => createAuditLog({ container: auditContainer, runtime });
const derived: readonly DerivedData[] = [{ kind: 'read-model', name: 'gifts' }];
const erasure = (changes: Partial<Parameters<typeof createErasure>[0]> = {}) =>
  createErasure({ keys, events, personal, audit: audit(), derived, keyBackupDays: 30, ...changes });
const recorded = async () => (await auditContainer.query({ limit: 10 })).documents;

describe('Personal data: an erasure', () => {
  it('names the streams, whatever the subject was in them, and says when the last copies of the key end', async () => {
    const receipt = await erasure()('ada', request());
    expect(receipt).toMatchObject({
      subject: 'ada',
      actor: 'operator:ann',
      reason: 'asked for by letter',
      streams: ['gift-1', 'gift-2'],
      streamCount: 2,
      derived: [{ kind: 'read-model', name: 'gifts', personalFields: 'none' }],
    });
    const { erasedAt = '', keyCachesEndAt = '', keyBackupsEndAt = '' } = receipt ?? {};
    expect(Date.parse(keyCachesEndAt) - Date.parse(erasedAt)).toBe(5 * 60_000);
    expect(Date.parse(keyBackupsEndAt) - Date.parse(erasedAt)).toBe(30 * 24 * 3_600_000);
  });

  it('puts the receipt on record', async () => {
    const receipt = await erasure()('ada', request());
    expect(await recorded()).toMatchObject([
      {
        streamId: 'subject-ada',
        action: 'subject-erased',
        actor: 'operator:ann',
        traceId: 'a'.repeat(32),
        details: receipt,
      },
    ]);
  });

  it('twice is once, and gives the first receipt', async () => {
    const first = await erasure()('ada', request('http:1'));
    expect(await erasure()('ada', { ...request('http:2'), actor: 'operator:bob' })).toEqual(first);
    const many = await Promise.all([1, 2, 3].map(() => erasure()('ada', request('http:1'))));
    expect(many).toEqual([first, first, first]);
    expect(await recorded()).toHaveLength(1);
  });

  it('of nobody does and records nothing', async () => {
    expect(await erasure()('nobody', request())).toBeUndefined();
    expect(await recorded()).toEqual([]);
  });

  it('clears what was derived from the streams, before it says so', async () => {
    const forgotten: string[] = [];
    const forget = async (streamId: string): Promise<void> => void forgotten.push(streamId);
    const receipt = await erasure({ derived: [{ kind: 'snapshot', name: 'gift-snapshots', forget }] })(
      'ada',
      request(),
    );
    expect(forgotten.sort()).toEqual(['gift-1', 'gift-2']);
    expect(receipt?.derived).toEqual([{ kind: 'snapshot', name: 'gift-snapshots', personalFields: 'removed' }]);
  });
});

describe('Personal data: after a crash, the same call finishes the same erasure:', () => {
  const crash = (): Promise<never> => Promise.reject(new ContainerError('forbidden', 'x', 'the process died here'));
  it.each([
    ['before the key was destroyed', { keys: { erase: crash } }],
    ['before the streams were found', { events: { query: crash } }],
    ['while derived data were cleared', { derived: [{ kind: 'snapshot', name: 's', forget: crash }] }],
    ['before the receipt was recorded', { audit: { find: () => Promise.resolve(undefined), record: crash } }],
  ] as const)('%s', async (_, broken) => {
    const dying = erasure(broken as unknown as Partial<Parameters<typeof createErasure>[0]>);
    await expect(dying('ada', request('http:1'))).rejects.toThrow('died here');
    expect(await recorded()).toEqual([]);
    const receipt = await erasure()('ada', request('http:1'));
    expect(receipt).toMatchObject({ actor: 'operator:ann', streams: ['gift-1', 'gift-2'] });
    expect(await keys.forReading(receipt?.kid as string)).toBeUndefined();
    expect(await recorded()).toHaveLength(1);
  });
});
