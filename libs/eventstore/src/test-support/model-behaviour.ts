import type { Container } from '@daybook/ports';
import fc from 'fast-check';
import { isAppendOutcomeUnknown, isConcurrencyConflict, isExpectedVersionAhead } from '../errors.ts';
import { type AppendReceipt, type AppendRequest, type EventStore, createEventStore } from '../event-store.ts';
import { verifyStream } from '../verify-stream.ts';
import { allOf, counted, faultyContainer, instantRuntime, metadata, seededFaults } from './fixtures.ts';

interface Step {
  readonly key: number;
  readonly steps: readonly number[];
  /** Added to the version the stream has: 0 is right. */
  readonly offBy: number;
  readonly any: boolean;
}

const step = fc.record<Step>({
  key: fc.nat(12),
  steps: fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 4 }),
  offBy: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -2, max: 2 })),
  any: fc.boolean(),
});

/** Histories by the thousand take seconds, and on a busy machine many of them. */
const timeoutMs = 120_000;

/** Runs random histories against the store, with faults, and against a plain list, without. */
export function modelBehaviour(container: () => Container, histories: number): void {
  it(
    `does what a plain list does, in ${histories} histories with faults`,
    async () => {
      let streams = 0;
      const prefix = `counter-model-${process.pid}`;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.nat(), async (steps, seed) => {
          const streamId = `${prefix}-${(streams += 1)}`;
          const runtime = instantRuntime(seed);
          const calm = createEventStore({ container: container(), runtime });
          const retry = { attemptsMax: 5 };
          const stormy = createEventStore({
            container: faultyContainer(container(), seededFaults(seed, 0.25)),
            runtime,
            retry,
          });
          const list: number[] = [];
          const receipts = new Map<number, AppendReceipt>();

          for (const { key, steps: values, offBy, any } of steps) {
            const expectedVersion: number | 'any' = any ? 'any' : Math.max(0, list.length + offBy);
            const request = { streamId, expectedVersion, events: counted(...values), metadata: metadata(`k${key}`) };
            const result = await appendUntilKnown(stormy, calm, request);
            const before = receipts.get(key);
            if (before !== undefined) {
              expect(result).toMatchObject({
                eventIds: before.eventIds,
                fromVersion: before.fromVersion,
                duplicate: true,
              });
            } else if (expectedVersion === 'any' || expectedVersion === list.length) {
              expect(result).toMatchObject({ fromVersion: list.length + 1, toVersion: list.length + values.length });
              receipts.set(key, result as AppendReceipt);
              list.push(...values);
            } else {
              expect(result).toBe(expectedVersion < list.length ? 'conflict' : 'ahead');
            }
          }

          const stored = await allOf(calm.readAll(streamId));
          expect(stored.map(({ data }) => data['by'])).toEqual(list);
          expect(verifyStream(stored)).toMatchObject({ ok: true, version: list.length });
        }),
        { numRuns: histories, seed: 20101201 },
      );
    },
    timeoutMs,
  );
}

async function appendUntilKnown(
  stormy: EventStore,
  calm: EventStore,
  request: AppendRequest,
): Promise<AppendReceipt | 'conflict' | 'ahead'> {
  for (const store of [stormy, calm]) {
    try {
      return await store.append(request);
    } catch (error) {
      if (isConcurrencyConflict(error)) return 'conflict';
      if (isExpectedVersionAhead(error)) return 'ahead';
      if (!isAppendOutcomeUnknown(error)) throw error;
    }
  }
  throw new Error('an append without faults has a known outcome');
}
