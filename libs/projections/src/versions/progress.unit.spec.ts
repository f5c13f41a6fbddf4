import type { StoredEvent } from '@daybook/eventstore';
import { type FeedRange, memoryContainer, virtualRuntime } from '@daybook/ports';
import { event } from '../test-support/counter.ts';
import { progressOf } from './progress.ts';

const feed = 'read-models.counts.2';

/** Events an hour old in two ranges, and the plan of a feed that has just been started. */
async function createWorld() {
  const runtime = virtualRuntime({ seed: 1 });
  const events = memoryContainer<StoredEvent>({
    ...{ name: 'events', runtime, feedRanges: 2 },
    partitionKey: ({ streamId }) => streamId,
  });
  const leases = memoryContainer({ name: 'leases', runtime, partitionKey: ({ id }) => id });
  for (let n = 0; n < 20; n += 1) {
    await events.batch(`thing-${n}`, [{ kind: 'create', document: event(`thing-${n}`, 1, 'a') }]);
  }
  await runtime.advance(3_600_000);
  const ranges = await events.feedRanges();
  await leases.batch('plan', [{ kind: 'create', document: { id: 'plan', feed, ranges } }]);
  const end = async (range: FeedRange): Promise<string> =>
    (await events.feedPage({ range, limit: 1_000 })).continuation;
  const put = (range: FeedRange, fields: object) =>
    leases.batch(range.id, [{ kind: 'upsert', document: { id: range.id, feed, range, ...fields } }]);
  const startedAt = new Date(runtime.now()).toISOString();
  return { ranges, events, end, put, progress: () => progressOf({ events, leases, runtime }, feed, startedAt) };
}

it('a range that nobody has taken yet is not done', async () => {
  const { ranges, end, put, progress } = await createWorld();
  expect(await progress()).toMatchObject({ done: 0, caughtUp: false });
  await put(ranges[0]!, { continuation: await end(ranges[0]!) });
  expect(await progress()).toMatchObject({ done: 0.5, caughtUp: false });
  await put(ranges[1]!, { continuation: await end(ranges[1]!) });
  expect(await progress()).toMatchObject({ done: 1, caughtUp: true });
});

it('the parts of a range that was split are where it was, until somebody takes them', async () => {
  const { ranges, events, end, put, progress } = await createWorld();
  await put(ranges[1]!, { continuation: await end(ranges[1]!) });
  const before = new Set(ranges.map(({ id }) => id));
  events.split(ranges[0]!.id);
  const children = (await events.feedRanges()).filter(({ id }) => !before.has(id));
  expect(children).toHaveLength(2);
  await put(ranges[0]!, { children });
  expect((await progress()).done).toBeLessThan(0.5);
  for (const child of children) await put(child, { continuation: await end(child) });
  expect(await progress()).toMatchObject({ done: 1, caughtUp: true });
});
