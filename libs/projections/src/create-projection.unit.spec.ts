import { type Container, ContainerError, memoryContainer, virtualRuntime } from '@daybook/ports';
import { isProjectionError } from './projection.ts';
import { projectionHandler } from './projection-handler.ts';
import { createCounter, disturbed, event, events } from './test-support/counter.ts';

const container = (): Container =>
  memoryContainer({ name: 'seen', partitionKey: ({ id }) => id, runtime: virtualRuntime({ seed: 1 }) });
const lost = (): Error => new ContainerError('outcome-unknown', 'seen', 'answer lost');

describe('a read model', () => {
  it('folds the events of a stream into one document', async () => {
    const { projection, reads } = createCounter(container());
    await projection.apply(events('thing-1', 1, 2));
    await projection.apply(events('thing-1', 3, 3));
    expect(await projection.get('thing-1')).toEqual({
      id: 'seen:thing-1',
      readModel: 'seen',
      streamId: 'thing-1',
      streamVersion: 3,
      group: 'thing-1',
      versions: [1, 2, 3],
    });
    expect(reads).toEqual([]);
    expect(await projection.get('thing-2')).toBeUndefined();
  });

  it('drops what it has seen', async () => {
    const { projection } = createCounter(container());
    await projection.apply(events('thing-1', 1, 3));
    await projection.apply(events('thing-1', 1, 3));
    await projection.apply(events('thing-1', 2, 4));
    expect(await projection.get('thing-1')).toMatchObject({ streamVersion: 4, versions: [1, 2, 3, 4] });
  });

  it('fills a gap from the stream, however many reads that takes', async () => {
    const { projection, streams, reads } = createCounter(container());
    streams.set('thing-1', events('thing-1', 1, 9));
    await projection.apply(events('thing-1', 1, 1));
    await projection.apply([event('thing-1', 9)]);
    expect(await projection.get('thing-1')).toMatchObject({ versions: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
    expect(reads).toEqual(['thing-1>1', 'thing-1>4', 'thing-1>7']);
  });

  it('never skips a gap that the stream itself has', async () => {
    const { projection, streams } = createCounter(container());
    streams.set('thing-1', [event('thing-1', 1), event('thing-1', 3)]);
    const refused = await projection.apply([event('thing-1', 3)]).catch((error: unknown) => error);
    expect(isProjectionError(refused) && refused.code).toBe('gap');
    expect(await projection.get('thing-1')).toBeUndefined();
  });

  it('starts again from what another wrote in between', async () => {
    const inner = container();
    const other = createCounter(inner).projection;
    for (const interrupted of [1, 2]) {
      const streamId = `thing-${interrupted}`;
      const { projection } = createCounter(
        disturbed(
          inner,
          async (write) => {
            if (write === interrupted) await other.apply(events(streamId, 1, 3));
          },
          lost,
        ),
      );
      await projection.apply(events(streamId, 1, 2));
      await projection.apply(events(streamId, 3, 4));
      expect(await projection.get(streamId)).toMatchObject({ versions: [1, 2, 3, 4] });
    }
  });

  it('folds nothing twice when the answer of a write is lost', async () => {
    const { projection } = createCounter(disturbed(container(), async () => 'lose-answer', lost));
    await projection.apply(events('thing-1', 1, 2));
    await projection.apply(events('thing-1', 3, 3));
    expect(await projection.get('thing-1')).toMatchObject({ versions: [1, 2, 3] });
  });

  it('gives up, for the feed to try later, where others never let it write', async () => {
    const inner = container();
    const other = createCounter(inner).projection;
    const { projection } = createCounter(disturbed(inner, (write) => other.apply(events('thing-1', 1, write)), lost));
    const refused = await projection.apply(events('thing-1', 1, 100)).catch((error: unknown) => error);
    expect(isProjectionError(refused) && refused.code).toBe('conflict');
  });

  it('hides a document whose state ends, and keeps its version', async () => {
    const { projection } = createCounter(container());
    await projection.apply([event('thing-1', 1), event('thing-1', 2, 'Hidden')]);
    expect(await projection.get('thing-1')).toBeUndefined();
    expect(await projection.list({ limit: 10 })).toEqual({ items: [] });
    await projection.apply(events('thing-1', 1, 1));
    expect(await projection.get('thing-1')).toBeUndefined();
    await projection.apply([event('thing-1', 3)]);
    expect(await projection.get('thing-1')).toMatchObject({ streamVersion: 3, versions: [3] });
  });

  it('shares a container with others', async () => {
    const shared = container();
    const one = createCounter(shared).projection;
    const two = createCounter(shared, { name: 'too' }).projection;
    await one.apply(events('thing-1', 1, 1));
    await two.apply(events('thing-1', 1, 2));
    expect(await one.list({ limit: 10 })).toMatchObject({ items: [{ readModel: 'seen', versions: [1] }] });
    expect(await two.list({ limit: 10 })).toMatchObject({ items: [{ readModel: 'too', versions: [1, 2] }] });
  });

  it('uses the ids and partition keys that it is told to', async () => {
    const readModel = memoryContainer({
      name: 'seen',
      partitionKey: (document) => String(document['shard']),
      runtime: virtualRuntime({ seed: 1 }),
    });
    const { projection } = createCounter(readModel, {
      idOf: (streamId) => streamId.slice(6),
      partitionKeyOf: () => 's1',
      project: () => ({ group: 'g', versions: [], shard: 's1' }),
    });
    await projection.apply(events('thing-1', 1, 1));
    expect(await projection.get('thing-1')).toMatchObject({ id: '1', streamId: 'thing-1' });
    expect(await projection.list({ partitionKey: 's1', limit: 10 })).toMatchObject({ items: [{ id: '1' }] });
  });

  it.each(['id', 'hidden', '_etag'])('refuses a state with a field %s', async (field) => {
    const { projection } = createCounter(container(), {
      project: () => ({ group: 'g', versions: [], [field]: 'x' }),
    });
    const refused = await projection.apply(events('thing-1', 1, 1)).catch((error: unknown) => error);
    expect(isProjectionError(refused) && refused.code).toBe('reserved-field');
  });
});

describe('projectionHandler', () => {
  const context = { rangeId: '0', attempt: 1, signal: new AbortController().signal, isHeld: () => true };

  it('gives each read model the streams that concern it', async () => {
    const things = createCounter(container()).projection;
    const others = createCounter(container(), { streams: (streamId) => streamId.startsWith('other-') }).projection;
    const handle = projectionHandler([things, others]);
    for (const key of ['thing-1', 'other-1', 'third-1']) {
      await handle(events(key, 1, 1) as never, { ...context, key });
    }
    expect(await things.list({ limit: 10 })).toMatchObject({ items: [{ streamId: 'thing-1' }] });
    expect(await others.list({ limit: 10 })).toMatchObject({ items: [{ streamId: 'other-1' }] });
  });

  it('fails when one fails, after the others have done their work', async () => {
    const failing = createCounter(container(), {
      project: () => {
        throw new Error('cannot');
      },
    }).projection;
    const working = createCounter(container()).projection;
    const handle = projectionHandler([failing, working]);
    await expect(handle(events('thing-1', 1, 1) as never, { ...context, key: 'thing-1' })).rejects.toThrow('cannot');
    expect(await working.get('thing-1')).toMatchObject({ versions: [1] });
  });
});
