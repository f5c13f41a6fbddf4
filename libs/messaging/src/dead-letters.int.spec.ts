import { systemRuntime } from '@daybook/ports';
import { type EmbeddedCosmos, embeddedCosmos } from '@daybook/testing';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import { consumerName, nameOf, received } from './test-support/consumer-world.ts';

const bad = new Error('bad');

describe('dead letters in the emulator, through the SDK', () => {
  let cosmos: EmbeddedCosmos<'letters'>;
  let deadLetters: DeadLetters;

  beforeAll(async () => {
    cosmos = await embeddedCosmos({ containers: { letters: { partitionKey: '/partition' } } });
    deadLetters = createDeadLetters({ container: cosmos.containers.letters, runtime: systemRuntime() });
  });
  afterAll(() => cosmos.close());

  it('park, list page by page, replay in order and unblock', async () => {
    for (const place of [10, 2, 100]) await deadLetters.park(consumerName, received(`a${place}`, place), bad, 5);
    await deadLetters.park(consumerName, received('b1', 1), bad, 5);
    expect([...(await deadLetters.load(consumerName))].sort()).toEqual(['a', 'b']);
    expect(await deadLetters.parkBehind(consumerName, received('a101', 101))).toBe(true);
    expect(await deadLetters.parkBehind(consumerName, received('c1', 3))).toBe(false);

    const first = await deadLetters.list(consumerName, { key: 'a', limit: 3 });
    const second = await deadLetters.list(consumerName, { key: 'a', limit: 3, continuation: first.continuation! });
    const places = [...first.messages, ...second.messages].map(({ sequenceNumber }) => sequenceNumber);
    expect(places).toEqual([2, 10, 100, 101]);
    expect((await deadLetters.list(consumerName)).messages).toHaveLength(5);

    const replayed: string[] = [];
    const outcome = await deadLetters.replay(consumerName, 'a', async (message) => {
      if (replayed.length === 3) await deadLetters.parkBehind(consumerName, received('a102', 102));
      replayed.push(nameOf(message));
    });
    expect(outcome).toEqual({ replayed: 5, unblocked: true });
    expect(replayed).toEqual(['a2', 'a10', 'a100', 'a101', 'a102']);
    expect([...(await deadLetters.load(consumerName))]).toEqual(['b']);
    expect(await deadLetters.parkBehind(consumerName, received('a103', 103))).toBe(false);
  });

  it('do not unblock a key whose marker was written since', async () => {
    await deadLetters.park(consumerName, received('d1', 1), bad, 5);
    const { letters } = cosmos.containers;
    const { document: marker } = await letters.read(`${consumerName}:d`, 'marker');
    await deadLetters.parkBehind(consumerName, received('d2', 2));
    const stale = await letters.batch(`${consumerName}:d`, [{ kind: 'delete', id: 'marker', ifMatch: marker!._etag }]);
    expect(stale).toMatchObject({ applied: false, status: 412 });
  });
});
