import { type Container, memoryContainer } from '@daybook/ports';
import { createEventStore, type EventStore } from '../event-store.ts';
import type { StoredEvent } from '../stored-event.ts';
import { allOf, counted, errorOf, instantRuntime, metadata } from '../test-support/fixtures.ts';
import { closeBooks, currentEpoch } from './epochs.ts';

const streamId = 'counter-1';
const closing = (next: string) => ({ type: 'BooksClosed', schemaVersion: 1, data: { next } });
const options = (commandKey: string) => ({
  metadata: metadata(commandKey),
  closing,
  stateOf: (events: readonly StoredEvent[]) => events.reduce((sum, { data }) => sum + Number(data['by']), 0),
  carry: (total: number) => counted(total),
});

async function world() {
  const runtime = instantRuntime(71);
  const container = memoryContainer<StoredEvent>({
    ...{ name: 'events', runtime, uniqueKeys: ['/dedup'] },
    partitionKey: (event) => event.streamId,
  }) as unknown as Container;
  const store = createEventStore({ container, runtime });
  await store.append({ streamId, expectedVersion: 'none', events: counted(1, 2, 3), metadata: metadata('c1') });
  const types = async (id: string) => (await allOf(store.readAll(id))).map(({ type, data }) => [type, data]);
  return { store, types };
}

const crashing = (store: EventStore): EventStore => ({
  ...store,
  append: (request) => (request.streamId === streamId ? store.append(request) : Promise.reject(new Error('crash'))),
});

describe('Growth: closing the books', () => {
  it('goes on in the next epoch with the state, once for a command key', async () => {
    const { store, types } = await world();
    expect(await currentEpoch(store, streamId)).toBe(streamId);
    const closed = { closed: streamId, next: 'counter-1~2' };
    expect(await closeBooks(store, streamId, options('y1'))).toEqual({ ...closed, duplicate: false });
    expect(await closeBooks(store, 'counter-1~2', options('y1'))).toEqual({ ...closed, duplicate: true });
    expect((await types(streamId)).at(-1)).toEqual(['BooksClosed', { next: 'counter-1~2' }]);
    expect(await types('counter-1~2')).toEqual([['Counted', { by: 6 }]]);
    expect(await closeBooks(store, streamId, options('y2'))).toMatchObject({
      closed: 'counter-1~2',
      next: 'counter-1~3',
    });
    for (const id of [streamId, 'counter-1~2', 'counter-1~3'])
      expect(await currentEpoch(store, id)).toBe('counter-1~3');
    expect(await closeBooks(store, streamId, options('y1'))).toEqual({ ...closed, duplicate: true });
  });

  it.each(['y1', 'y2'])('is finished after a crash between its two appends by a call with %s', async (key) => {
    const { store, types } = await world();
    await errorOf(closeBooks(crashing(store), streamId, options('y1')));
    expect(await currentEpoch(store, streamId)).toBe(streamId);
    const both = [closeBooks(store, streamId, options(key)), closeBooks(store, streamId, options(key))];
    await Promise.all(both);
    expect(await closeBooks(store, streamId, options(key))).toMatchObject({ closed: streamId, duplicate: true });
    expect(await closeBooks(store, streamId, options('y1'))).toMatchObject({ closed: streamId, duplicate: true });
    expect((await types(streamId)).filter(([type]) => type === 'BooksClosed')).toHaveLength(1);
    expect(await types('counter-1~2')).toEqual([['Counted', { by: 6 }]]);
    expect(await currentEpoch(store, streamId)).toBe('counter-1~2');
  });

  it('writes nothing where it cannot be done', async () => {
    const { store, types } = await world();
    const none = closeBooks(store, streamId, { ...options('y1'), carry: () => [] });
    expect(await errorOf(none)).toMatchObject({ code: 'invalid-append' });
    expect(await errorOf(closeBooks(store, 'counter-none', options('y1')))).toMatchObject({ code: 'invalid-append' });
    expect(await types(streamId)).toHaveLength(3);
  });
});
