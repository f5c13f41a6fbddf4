import { memoryContainer } from '@daybook/ports';
import * as fc from 'fast-check';
import { createEventStore } from './event-store.ts';
import { eventHash } from './hash.ts';
import type { StoredEvent } from './stored-event.ts';
import { allOf, counted, instantRuntime, metadata } from './test-support/fixtures.ts';
import { verifyStream } from './verify-stream.ts';

async function stream(): Promise<StoredEvent[]> {
  const runtime = instantRuntime();
  const container = memoryContainer({
    name: 'events',
    runtime,
    partitionKey: () => 'counter-1',
    uniqueKeys: ['/dedup'],
  });
  const store = createEventStore({ container, runtime });
  const request = { streamId: 'counter-1', expectedVersion: 0, events: counted(1, 2, 3), metadata: metadata('a') };
  await store.append(request);
  return allOf(store.readAll('counter-1'));
}

const rehashed = (event: StoredEvent): StoredEvent => ({ ...event, hash: eventHash(event) });

describe('Tamper evidence: verifyStream', () => {
  it('accepts what was appended, whatever the order of fields', async () => {
    const events = await stream();
    const reversed = events.map(
      (event) => Object.fromEntries(Object.entries(event).reverse()) as unknown as StoredEvent,
    );
    expect(verifyStream(reversed)).toEqual({ ok: true, version: 3, lastHash: events[2]?.hash });
    expect(verifyStream([])).toEqual({ ok: true, version: 0, lastHash: '0'.repeat(64) });
  });

  it('goes on from where an earlier check ended', async () => {
    const events = await stream();
    const after = events[0] as StoredEvent;
    expect(verifyStream(events.slice(1), { after })).toMatchObject({ ok: true, version: 3 });
  });

  it.each<[string, (events: StoredEvent[]) => StoredEvent[], object]>([
    ['a missing event', ([one, , three]) => [one!, three!], { version: 2, problem: 'version' }],
    ['a missing beginning', ([, two, three]) => [two!, three!], { version: 1, problem: 'version' }],
    ['swapped events', ([one, two, three]) => [two!, one!, three!], { version: 1, problem: 'version' }],
    ['another stream', ([one, two]) => [one!, { ...two!, streamId: 'counter-2' }], { version: 2, problem: 'stream' }],
    ['changed data', ([one, two]) => [one!, { ...two!, data: { by: 9 } }], { version: 2, problem: 'hash' }],
    ['an added field', ([one, two]) => [one!, { ...two!, ttl: 1 } as StoredEvent], { version: 2, problem: 'hash' }],
    [
      'changed data with a hash of its own',
      ([one, two, three]) => [one!, rehashed({ ...two!, data: { by: 9 } }), three!],
      { version: 3, problem: 'previous-hash' },
    ],
    [
      'time that goes back',
      ([one, two]) => [one!, rehashed({ ...two!, recordedAt: '2009-01-01T00:00:00.000Z' })],
      { version: 2, problem: 'recorded-at' },
    ],
  ])('names the first bad event: %s', async (_name, change, expected) => {
    expect(verifyStream(change(await stream()))).toMatchObject({ ok: false, ...expected });
  });

  it('names the bad event whatever was changed in it: another value, or none, in any field, hashed anew or not', async () => {
    const events = await stream();
    const stored = Object.keys(events[1] as StoredEvent) as (keyof StoredEvent)[];
    // What the database adds is not part of the event.
    const fields = fc.constantFrom(...stored.filter((field) => !String(field).startsWith('_')));
    const value = fc.oneof(fc.constant(undefined), fc.constant(null), fc.jsonValue());
    fc.assert(
      fc.property(fields, value, fc.boolean(), (field, changed, anew) => {
        const [first, second, third] = events as [StoredEvent, StoredEvent, StoredEvent];
        if (JSON.stringify(changed) === JSON.stringify(second[field])) return;
        const forged = { ...second, [field]: changed } as StoredEvent;
        const verdict = verifyStream([first, anew && field !== 'hash' ? rehashed(forged) : forged, third]);
        // Where it was hashed anew, it is the next event that no longer follows.
        expect(verdict).toMatchObject({ ok: false });
        expect([2, 3]).toContain(verdict.version);
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});
