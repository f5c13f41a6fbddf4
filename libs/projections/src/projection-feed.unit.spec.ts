import { createFeedProcessor } from '@daybook/change-feed';
import type { StoredEvent } from '@daybook/eventstore';
import {
  type Container,
  type ContainerCall,
  type Fault,
  type VirtualRuntime,
  isContainerError,
  memoryContainer,
  virtualRuntime,
} from '@daybook/ports';
import fc from 'fast-check';
import { eventFeed, projectionHandler } from './projection-handler.ts';
import { createCounter, event } from './test-support/counter.ts';

const streamIds = ['thing-1', 'thing-2', 'thing-3', 'thing-4', 'thing-5'];

/** Faults by chance from the seed, until they are switched off. */
function seededFaults(runtime: VirtualRuntime): {
  readonly ask: (call: ContainerCall) => Fault | undefined;
  off(): void;
} {
  let on = true;
  const kinds: readonly (Fault | undefined)[] = ['before', 'throttled', 'executed-but-lost'];
  return {
    ask: () => (on ? kinds[Math.floor(runtime.random() * 30)] : undefined),
    off() {
      on = false;
    },
  };
}

async function readAll(source: Container<StoredEvent>, streamId: string, afterVersion: number) {
  const page = await source.query({
    partitionKey: streamId,
    where: [{ field: 'version', op: '>', value: afterVersion }],
    orderBy: [{ field: 'version', direction: 'asc' }],
    limit: 1_000,
  });
  return page.documents;
}

describe('read models driven by a feed whose calls fail at random', () => {
  it('hold every event of every stream exactly once, in order, with two instances at work', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 ** 30 }),
        fc.array(fc.record({ stream: fc.nat(4), count: fc.integer({ min: 1, max: 5 }), pauseMs: fc.nat(400) }), {
          minLength: 5,
          maxLength: 40,
        }),
        async (seed, appends) => {
          const runtime = virtualRuntime({ seed });
          const faults = seededFaults(runtime);
          const latencyMs = (): number => runtime.random() * 5;
          const options = { runtime, faults: faults.ask, latencyMs };
          const source = memoryContainer<StoredEvent>({ ...options, name: 'events', partitionKey: (e) => e.streamId });
          const leases = memoryContainer({ ...options, name: 'leases', partitionKey: ({ id }) => id });
          const readModel = memoryContainer({ ...options, name: 'read-model', partitionKey: ({ id }) => id });
          const { projection } = createCounter(readModel, {
            readStream: (streamId, afterVersion) => readAll(source, streamId, afterVersion),
          });
          const processors = ['one', 'two'].map((instance) =>
            createFeedProcessor({
              name: 'seen',
              instance,
              source,
              leases,
              runtime,
              ...eventFeed,
              handleKey: projectionHandler([projection]),
              limits: { pageSize: 4 },
            }),
          );
          for (const processor of processors) void processor.start();

          const versions = new Map<string, number>();
          const append = async (streamId: string, count: number): Promise<void> => {
            const from = versions.get(streamId) ?? 0;
            versions.set(streamId, from + count);
            const added = Array.from({ length: count }, (_, index) => event(streamId, from + 1 + index));
            for (;;) {
              try {
                await source.batch(
                  streamId,
                  added.map((document) => ({ kind: 'create', document })),
                );
                return;
              } catch (error) {
                if (!isContainerError(error)) throw error;
              }
            }
          };
          const appending = (async () => {
            for (const { stream, count, pauseMs } of appends) {
              await append(streamIds[stream] ?? '', count);
              await runtime.sleep(pauseMs);
            }
          })();
          await runtime.advance(20_000);
          await appending;
          faults.off();
          await runtime.advance(30_000);

          const check = async (): Promise<void> => {
            for (const [streamId, version] of versions) {
              const item = await projection.get(streamId);
              expect(item).toMatchObject({
                streamVersion: version,
                versions: Array.from({ length: version }, (_, index) => index + 1),
              });
            }
          };
          const checked = check();
          await runtime.advance(1_000);
          await checked;
          expect(processors.every((processor) => processor.health().healthy)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });
});
