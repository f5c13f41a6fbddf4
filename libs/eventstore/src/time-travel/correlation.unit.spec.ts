import { memoryContainer } from '@daybook/ports';
import { createEventStore } from '../event-store.ts';
import type { StoredEvent } from '../stored-event.ts';
import { counted, errorOf, instantRuntime, metadata } from '../test-support/fixtures.ts';
import type { CorrelationPosition } from './correlation.ts';

const runtime = instantRuntime(41);
const ninety = counted(...new Array<number>(90).fill(1));

/** As the SDK of Cosmos DB where it merges several partitions: a first page, and no continuation. */
async function storeWithoutContinuations(batches: number, pauseMs: number) {
  const partitionKey = ({ streamId }: StoredEvent) => streamId;
  const container = memoryContainer<StoredEvent>({ name: 'events', runtime, partitionKey, uniqueKeys: ['/dedup'] });
  const store = createEventStore({
    container: {
      ...container,
      async query(query) {
        const { documents, requestCharge } = await container.query(query);
        return { documents, requestCharge };
      },
    },
    runtime,
  });
  for (let batch = 0; batch < batches; batch += 1) {
    const request = { streamId: `counter-${batch % 7}`, expectedVersion: 'any', events: ninety } as const;
    await store.append({ ...request, metadata: metadata(`c${batch}`) });
    await runtime.sleep(pauseMs);
  }
  return store;
}

describe('Time travel: readCorrelation, of a database that gives no continuation', () => {
  it('finds all, in slices and pages', async () => {
    const store = await storeWithoutContinuations(30, 1_000);
    const found: CorrelationPosition[] = [];
    for (let complete = false; !complete;) {
      const last = found.at(-1);
      const from = last === undefined ? {} : { after: last };
      const slice = await store.readCorrelation({ correlationId: 'correlation', limit: 700, ...from });
      found.push(...slice.events);
      ({ complete } = slice);
    }
    expect(found).toHaveLength(2_700);
    expect(new Set(found.map(({ streamId, version }) => `${streamId} ${version}`)).size).toBe(2_700);
  });

  it('says so where so many happened at one moment that it cannot go on', async () => {
    const store = await storeWithoutContinuations(14, 0);
    const error = await errorOf(store.readCorrelation({ correlationId: 'correlation', limit: 1_000 }));
    expect(error).toMatchObject({ code: 'invalid-append', message: expect.stringContaining('1000 events or more') });
  });
});
