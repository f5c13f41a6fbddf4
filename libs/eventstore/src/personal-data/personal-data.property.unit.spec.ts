import { memoryContainer, virtualRuntime } from '@daybook/ports';
import fc from 'fast-check';
import { eventCodec } from '../codec.ts';
import { createEventStore } from '../event-store.ts';
import { allOf } from '../test-support/fixtures.ts';
import type { StoredEvent } from '../stored-event.ts';
import { verifyStream } from '../verify-stream.ts';
import { openEvents } from './open-events.ts';
import { protectedCodec } from './protected-codec.ts';
import { keyRing, request } from './test-support.ts';

const personal = {
  Sent: [
    { path: 'card', subject: 'from' },
    { path: 'address', subject: 'to' },
  ],
};
const plain = eventCodec({ Sent: { version: 1, schema: { parse: (data) => data } } });
const subjects = ['ada', 'bob', 'eve'] as const;
const subject = fc.constantFrom(...subjects);
const instance = fc.integer({ min: 0, max: 1 });
type Step =
  | { readonly kind: 'send'; readonly by: number; readonly from: string; readonly to: string; readonly card: unknown }
  | { readonly kind: 'erase'; readonly by: number; readonly subject: string }
  | { readonly kind: 'wait'; readonly ms: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), by: instance, from: subject, to: subject, card: fc.json() }),
  fc.record({ kind: fc.constant('erase' as const), by: instance, subject }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 400_000 }) }),
);

const cacheTtlMs = 300_000;

describe('Personal data: a property', () => {
  it('whatever two processes write and erase: what was written before an erasure is erased, what comes long enough after it is not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const runtime = virtualRuntime();
        const ring = keyRing(runtime);
        try {
          const container = memoryContainer<StoredEvent>({
            name: 'events',
            runtime,
            partitionKey: ({ streamId }) => streamId,
            uniqueKeys: ['/dedup'],
          });
          const instances = [ring.open(), ring.open()].map((keys) => ({
            keys,
            codec: protectedCodec(plain, { personal, keys }),
          }));
          const store = createEventStore({ container, runtime });
          const sent: { readonly atMs: number; readonly data: Readonly<Record<string, unknown>> }[] = [];
          const erasedAtMs = new Map<string, number>();
          for (const [index, each] of steps.entries()) {
            if (each.kind === 'wait') await runtime.advance(each.ms);
            else if (each.kind === 'erase') {
              const done = await instances[each.by]?.keys.erase(each.subject, request(`http:${index}`));
              // Without a living key it is the erasure before: nothing was there to be erased.
              if (done !== undefined) erasedAtMs.set(each.subject, Date.parse(done.erasedAt));
            } else {
              const { from, to, card } = each;
              const event = { type: 'Sent', data: { from, to, card, address: `${to}'s` } };
              const codec = instances[each.by]?.codec;
              await codec?.prepareEncode?.('gift-1', [event]);
              const events = codec === undefined ? [] : [codec.encode(event)];
              const metadata = {
                commandKey: `c${index}`,
                correlationId: 'c',
                causationId: 'c',
                actor: 'a',
                traceparent: '',
              };
              await store.append({ streamId: 'gift-1', expectedVersion: sent.length, events, metadata });
              sent.push({ atMs: runtime.now(), data: event.data });
            }
          }
          const stored = await allOf(store.readAll('gift-1'));
          expect(verifyStream(stored)).toMatchObject({ version: sent.length });
          const opened = await openEvents(stored, { personal, keys: ring.open() });
          for (const [index, { atMs, data }] of sent.entries()) {
            for (const { path, subject: whose } of personal.Sent) {
              const endMs = erasedAtMs.get(String(data[whose])) ?? -Infinity;
              const value = opened[index]?.data[path];
              if (atMs > endMs + cacheTtlMs) expect(value).toEqual(data[path]);
              // In the same millisecond either may have been first.
              else if (atMs < endMs) expect(value).toEqual({ erased: true });
              else expect([{ erased: true }, data[path]]).toContainEqual(value);
            }
          }
        } finally {
          ring.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});
