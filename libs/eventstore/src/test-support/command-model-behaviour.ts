import type { Container } from '@daybook/ports';
import fc from 'fast-check';
import type { Outcome } from '../aggregate.ts';
import { createAggregateStore } from '../aggregate-store.ts';
import { createEventStore } from '../event-store.ts';
import { isAppendOutcomeUnknown, isConcurrencyConflict } from '../errors.ts';
import { verifyStream } from '../verify-stream.ts';
import {
  allOf,
  type CountCommand,
  type Counted,
  counter,
  counterCodec,
  faultyContainer,
  instantRuntime,
  metadata,
  seededFaults,
} from './fixtures.ts';

interface Step {
  readonly key: number;
  readonly instance: number;
  readonly fresh: boolean;
  readonly command: CountCommand;
}

const step = fc.record<Step>({
  key: fc.nat(30),
  instance: fc.nat(1),
  fresh: fc.boolean(),
  command: fc.record({ by: fc.integer({ min: -2, max: 400 }), times: fc.integer({ min: 1, max: 3 }) }),
});
/** What is in one wave is sent at once. */
const waves = fc.array(fc.array(step, { minLength: 1, maxLength: 10 }), { minLength: 1, maxLength: 4 });

type Told = Outcome<Counted, number> | 'unknown';

/** Histories by the thousand take seconds, and on a busy machine many of them. */
const timeoutMs = 120_000;

/**
 * Runs random histories of commands that arrive together at two instances, with snapshots and faults in both containers, and compares
 * what everybody was told with what is stored.
 */
export function commandModelBehaviour(container: () => Container, snapshots: () => Container, histories: number): void {
  it(
    `tells everybody the truth, in ${histories} histories of commands that arrive together, with faults`,
    async () => {
      let streams = 0;
      await fc.assert(
        fc.asyncProperty(waves, fc.nat(), fc.constantFrom('trust', 'check'), async (history, seed, mode) => {
          const streamId = `counter-commands-${process.pid}-${(streams += 1)}`;
          const runtime = instantRuntime(seed);
          const faults = seededFaults(seed, 0.2);
          const opened = (events: Container, kept: Container) => {
            const store = createEventStore({ container: events, runtime, retry: { attemptsMax: 6 } });
            const counters = createAggregateStore<CountCommand, Counted, number>({
              store,
              codec: counterCodec,
              decider: counter,
              category: 'counter',
              cache: { mode, max: 2 },
              snapshots: { container: kept, every: 3, stateVersion: 1 },
              maxAttempts: 50,
            });
            return { store, counters };
          };
          const stormy = () =>
            opened(faultyContainer(container(), faults), faultyContainer(snapshots(), faults)).counters;
          const instances = [stormy(), stormy()];
          const tell = async ({ key, instance, fresh, command }: Step): Promise<Told> => {
            try {
              const request = { streamId, command, metadata: metadata(`k${key}`), fresh };
              return await (instances[instance] as (typeof instances)[0]).execute(request);
            } catch (error) {
              const passes =
                isAppendOutcomeUnknown(error) ||
                isConcurrencyConflict(error) ||
                ['unavailable', 'throttled'].includes(String((error as { code?: unknown }).code));
              if (!passes) throw error;
              return 'unknown';
            }
          };
          const told: { readonly key: number; readonly outcome: Told }[] = [];
          for (const [index, wave] of history.entries()) {
            const outcomes = await Promise.all(wave.map(tell));
            for (const [each, { key }] of wave.entries()) told.push({ key, outcome: outcomes[each] as Told });
            // An instance goes down and comes back without its memory.
            if (index % 2 === 1) instances[0] = stormy();
          }

          const calm = opened(container(), snapshots());
          const stored = await allOf(calm.store.readAll(streamId));
          expect(verifyStream(stored)).toMatchObject({ ok: true, version: stored.length });
          for (const { key, outcome } of told) {
            const own = stored.filter((event) => event.metadata.commandKey === `k${key}`);
            if (outcome === 'unknown') continue;
            if (outcome.kind === 'appended' || outcome.kind === 'duplicate') {
              expect(outcome.receipt.eventIds).toEqual(own.map(({ eventId }) => eventId));
              expect(outcome.events.map(({ data }) => data)).toEqual(own.map(({ data }) => data));
            }
            if (outcome.kind === 'appended') {
              const upTo = stored.slice(0, outcome.version).reduce((sum, { data }) => sum + Number(data['by']), 0);
              expect(outcome.state).toBe(upTo);
            }
            if (outcome.kind === 'refused' || outcome.kind === 'unchanged') {
              const upTo = stored.slice(0, outcome.version).reduce((sum, { data }) => sum + Number(data['by']), 0);
              expect(outcome.state).toBe(upTo);
            }
          }
          // A command is there once, whole, and in one piece: also where nobody was told.
          const pieces = Map.groupBy(stored, (event) => event.metadata.commandKey);
          for (const own of pieces.values()) {
            expect(own.map(({ dedup }) => dedup.split('#')[1])).toEqual(own.map((_, ordinal) => String(ordinal)));
            expect((own.at(-1)?.version ?? 0) - (own[0]?.version ?? 0)).toBe(own.length - 1);
          }
          const state = stored.reduce((sum, { data }) => sum + Number(data['by']), 0);
          expect(await calm.counters.load(streamId)).toMatchObject({ state, version: stored.length });
        }),
        { numRuns: histories, seed: 20101209 },
      );
    },
    timeoutMs,
  );
}
