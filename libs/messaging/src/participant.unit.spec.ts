import type { CloudEvent } from '@daybook/contracts';
import { memoryContainer, memoryHub } from '@daybook/ports';
import { isCommandUnusable } from './command-unusable.ts';
import { createMessageConsumer } from './consumer.ts';
import { createDeadLetters } from './dead-letters.ts';
import { isHopelessError, isTransientError } from './message-errors.ts';
import { count, type CounterWorld, createCounterWorld, intentOf, streamOfCounter } from './test-support/counter.ts';

const intent = intentOf('a');

/** Type and command key of each event. */
async function summary(world: CounterWorld): Promise<readonly (readonly [string, string])[]> {
  return (await world.events('counter-a')).map(({ type, metadata }) => [type, metadata.commandKey]);
}

describe('a command', () => {
  it('is answered by an event that carries the intent key, caused by the message', async () => {
    const world = createCounterWorld();
    await world.participant()(count('a', { by: 2 }));
    const [event] = await world.events('counter-a');
    expect(event).toMatchObject({
      type: 'Counted',
      data: { by: 2 },
      metadata: { commandKey: intent, causationId: `${intent}/1`, correlationId: 'correlation' },
    });
  });

  it('that is rejected is answered by the event that says so', async () => {
    const world = createCounterWorld();
    await world.participant()(count('a', { by: 101 }));
    expect(await summary(world)).toEqual([['CountRejected', intent]]);
  });

  it('in the same message again appends nothing, here or in another process', async () => {
    const world = createCounterWorld();
    const handle = world.participant();
    const message = count('a', { by: 2 });
    await handle(message);
    await handle(message);
    await world.participant()(message);
    expect(await summary(world)).toEqual([['Counted', intent]]);
  });

  it('attempted again is answered again, once for each attempt', async () => {
    const world = createCounterWorld();
    const handle = world.participant();
    for (const attempt of [1, 2, 2, 3, 1, 2]) await handle(count('a', { by: 2, attempt }));
    expect(await summary(world)).toEqual([
      ['Counted', intent],
      ['OutcomeRepeated', `${intent}/2`],
      ['OutcomeRepeated', `${intent}/3`],
    ]);
    const [original, repeated] = await world.events('counter-a');
    expect(repeated?.data).toEqual({ eventId: original?.eventId, type: 'Counted', data: { by: 2 } });
    expect(repeated?.metadata.causationId).toBe(`${intent}/2`);
  });

  it('whose second attempt came first is answered once for the first', async () => {
    const world = createCounterWorld();
    const handle = world.participant();
    for (const attempt of [2, 1, 2, 1]) await handle(count('a', { by: 2, attempt }));
    expect(await summary(world)).toEqual([
      ['Counted', intent],
      ['OutcomeRepeated', `${intent}/1`],
    ]);
  });

  it('that appended several events is answered again by the last of them', async () => {
    const world = createCounterWorld();
    const handle = world.participant();
    await handle(count('a', { by: 5, times: 3 }));
    await handle(count('a', { by: 5, times: 3, attempt: 2 }));
    const events = await world.events('counter-a');
    expect(events).toHaveLength(4);
    expect(events[3]?.data).toEqual({ eventId: events[2]?.eventId, type: 'Counted', data: { by: 7 } });
  });
});

describe('a command that is only noted', () => {
  it('is not answered before its outcome, which every attempt then gets', async () => {
    const world = createCounterWorld();
    const handle = world.participant();
    await handle(count('a', { type: 'Ask', by: 2 }));
    await handle(count('a', { type: 'Ask', by: 2, attempt: 2 }));
    expect(await summary(world)).toEqual([['CountRequested', intent]]);
    await world.settle('counter-a', intent, 7);
    await handle(count('a', { type: 'Ask', by: 2, attempt: 3 }));
    const [, outcome, repeated] = await world.events('counter-a');
    expect(outcome?.metadata.commandKey).toBe(`${intent}/outcome`);
    expect(repeated).toMatchObject({
      type: 'OutcomeRepeated',
      data: { eventId: outcome?.eventId, type: 'Counted', data: { by: 7 } },
      metadata: { commandKey: `${intent}/3` },
    });
  });

  it('is recognised by the given rule', async () => {
    const world = createCounterWorld();
    const handle = world.participant({ notedOnly: () => false });
    await handle(count('a', { type: 'Ask', by: 2 }));
    await handle(count('a', { type: 'Ask', by: 2, attempt: 2 }));
    expect(await summary(world)).toEqual([
      ['CountRequested', intent],
      ['OutcomeRepeated', `${intent}/2`],
    ]);
  });
});

describe('commands handed over together', () => {
  const of = (n: number, fields: { attempt?: number; by?: number } = {}) =>
    count('a', { by: 1, item: `i${n}`, ...fields });

  it('are one batch, each with its own key and cause', async () => {
    const world = createCounterWorld();
    const messages = [1, 2, 3].map((n) => of(n));
    await world.participant().handleTogether?.(messages);
    expect(world.appends()).toBe(1);
    const events = await world.events('counter-a');
    expect(events.map(({ metadata }) => [metadata.commandKey, metadata.causationId])).toEqual(
      messages.map(({ commandkey, id }) => [commandkey, id]),
    );
  });

  it('are the same as one by one where they repeat each other or what is stored', async () => {
    const world = createCounterWorld();
    const handle = world.participant();
    await handle(of(1));
    const messages = [of(1), of(2), of(2), of(2, { attempt: 2 }), of(1, { attempt: 2 }), of(3)];
    await handle.handleTogether?.(messages);
    await handle.handleTogether?.(messages);
    const keys = (await summary(world)).map(([type, key]) => `${type} ${key.slice(key.indexOf('/count/') + 7)}`);
    expect(keys.sort()).toEqual([
      'Counted i1/do/0',
      'Counted i2/do/0',
      'Counted i3/do/0',
      'OutcomeRepeated i1/do/0/2',
      'OutcomeRepeated i2/do/0/2',
    ]);
  });

  it('fail as the one that is unusable does, and the others are done', async () => {
    const world = createCounterWorld();
    const together = world.participant().handleTogether?.([of(1), of(2, { by: -1 }), of(3)]);
    await expect(together).rejects.toMatchObject({ code: 'command-unusable', messageId: of(2).id });
    expect((await summary(world)).map(([, key]) => key)).toEqual([of(1).commandkey, of(3).commandkey]);
  });

  it('leave nothing out and nothing twice, whichever call of the database is lost', async () => {
    let lost = 0;
    for (let call = 1; ; call += 1) {
      let left = call;
      const world = createCounterWorld({ faults: () => ((left -= 1) === 0 ? 'executed-but-lost' : undefined) });
      await world.run(world.participant().handleTogether?.([1, 2, 3].map((n) => of(n))) ?? Promise.resolve());
      expect(await summary(world)).toHaveLength(3);
      if (left > 0) break;
      lost += 1;
    }
    expect(lost).toBeGreaterThan(0);
  });
});

it('a hub of 1,000 commands to 10 streams takes few appends when they are handed over together', async () => {
  const appends = async (handleTogether: boolean): Promise<number> => {
    const world = createCounterWorld();
    const { runtime } = world;
    const hub = memoryHub({ name: 'commands', partitions: 1, runtime });
    const messages = Array.from({ length: 1_000 }, (_, n) => count(`c${n % 10}`, { by: 1, item: `i${n}` }));
    const body = messages.map((message) => ({ messageId: message.id, key: message.subject, body: message }));
    await hub.producer().send('0', body);
    const handle = world.participant();
    const container = memoryContainer({ name: 'letters', runtime, partitionKey: ({ partition }) => String(partition) });
    const consumer = createMessageConsumer({
      ...{ name: 'commands', consumer: hub.consumer('group', { owner: 'one' }), runtime, handle },
      deadLetters: createDeadLetters({ container, runtime }),
      ...(handleTogether && handle.handleTogether ? { handleTogether: handle.handleTogether } : {}),
    });
    await consumer.start();
    await runtime.advance(10_000);
    expect(await world.events()).toHaveLength(1_000);
    await world.run(consumer.stop());
    return world.appends();
  };
  expect(await appends(false)).toBe(1_000);
  // The hub hands out 100 at once, which are 10 of each stream.
  expect(await appends(true)).toBe(100);
});

describe('unusable, with nothing appended, is', () => {
  const good = count('a', { by: 2 });
  it.each<[string, CloudEvent]>([
    ['data that do not fit', { ...good, data: { counter: 'a', by: 'many' } }],
    ['a key that is no intent key', { ...good, commandkey: 'http:1', id: 'http:1/1' }],
    ['a key of an attempt', { ...good, commandkey: `${intent}/1`, id: `${intent}/1/1` }],
    ['an id of another intent', { ...good, id: `${intentOf('b')}/1` }],
    ['an id that is no attempt', { ...good, id: `${intent}/outcome` }],
    ['a stream of another category', { ...good, subject: 'order-a' }],
    ['a command that changes nothing', count('a', { by: 0 })],
    ['a command that is refused without an event', count('a', { by: -1 })],
  ])('%s', async (_name, message) => {
    const world = createCounterWorld();
    const error = await world
      .participant()(message)
      .catch((caught: unknown) => caught);
    expect(isCommandUnusable(error)).toBe(true);
    expect(error).toMatchObject({ messageId: message.id });
    expect(await world.events()).toEqual([]);
  });

  it('a message whose data are about another stream', async () => {
    const world = createCounterWorld();
    const handle = world.participant({ streamOf: ({ data }) => streamOfCounter(data.counter) });
    await expect(handle({ ...good, subject: 'counter-b' })).rejects.toMatchObject({ code: 'command-unusable' });
    await handle(good);
    expect(await world.events()).toHaveLength(1);
  });
});

describe('to be tried again is', () => {
  it.each(['Explode', 'toString'])('a command that only newer code knows: %s', async (type) => {
    const world = createCounterWorld();
    const error = await world
      .participant()({ ...count('a', { by: 2 }), type })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'unknown-command-type' });
    expect([isTransientError(error), isHopelessError(error)]).toEqual([true, false]);
  });

  it('a repetition whose original cannot be read yet', async () => {
    const world = createCounterWorld();
    await world.participant()(count('a', { by: 2 }));
    const handle = world.participant({ store: { findByCommandKey: async () => [] } });
    const error = await handle(count('a', { by: 2, attempt: 2 })).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'outcome-not-visible' });
    expect(isTransientError(error)).toBe(true);
  });
});

it('loses no answer of the database that matters: one effect, one repetition, whichever call is lost', async () => {
  let lost = 0;
  for (let call = 1; ; call += 1) {
    let left = call;
    const world = createCounterWorld({ faults: () => ((left -= 1) === 0 ? 'executed-but-lost' : undefined) });
    const handle = world.participant();
    for (const attempt of [1, 2, 2]) await world.run(handle(count('a', { by: 2, attempt })));
    expect(await summary(world)).toEqual([
      ['Counted', intent],
      ['OutcomeRepeated', `${intent}/2`],
    ]);
    if (left > 0) break;
    lost += 1;
  }
  expect(lost).toBeGreaterThan(5);
});
