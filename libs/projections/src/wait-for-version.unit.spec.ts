import { memoryContainer, virtualRuntime } from '@daybook/ports';
import { createCounter, event, events } from './test-support/counter.ts';
import { waitForVersion } from './wait-for-version.ts';

const counter = () => {
  const runtime = virtualRuntime();
  const { projection } = createCounter(memoryContainer({ name: 'seen', partitionKey: ({ id }) => id, runtime }));
  const wait = (minVersion: number, timeoutMs = 1_000) =>
    waitForVersion(projection, { streamId: 'thing-1', minVersion, timeoutMs, runtime });
  return { runtime, projection, wait };
};

describe('waiting for a version', () => {
  it('answers at once where it is reached, and as soon as it is', async () => {
    const { runtime, projection, wait } = counter();
    await projection.apply(events('thing-1', 1, 2));
    expect(await wait(2)).toMatchObject({ streamVersion: 2, item: { versions: [1, 2] } });
    const waiting = wait(3);
    await runtime.advance(300);
    await projection.apply(events('thing-1', 3, 3));
    await runtime.advance(200);
    expect(await waiting).toMatchObject({ streamVersion: 3 });
    expect(runtime.sleeping).toBe(0);
  });

  it('gives what there is when the time is over', async () => {
    const { runtime, projection, wait } = counter();
    await projection.apply(events('thing-1', 1, 1));
    const waiting = wait(9);
    await runtime.advance(1_000);
    expect(await waiting).toMatchObject({ streamVersion: 1 });
    expect(await wait(9, 0)).toMatchObject({ streamVersion: 1 });
  });

  it('tells a document that has nothing to show from one that is not there yet', async () => {
    const { projection, wait } = counter();
    expect(await wait(1, 0)).toEqual({ streamVersion: 0 });
    await projection.apply([event('thing-1', 1, 'Hidden')]);
    expect(await wait(1)).toEqual({ streamVersion: 1 });
  });
});
