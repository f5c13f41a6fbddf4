import { memoryContainer, virtualRuntime } from '@daybook/ports';
import { createHotCache } from './hot-cache.ts';
import { createCounter, events } from './test-support/counter.ts';

describe('a cache of hot documents', () => {
  it('keeps the newest, for a while, and the ones asked for', async () => {
    const runtime = virtualRuntime();
    const cache = createHotCache<string>({ max: 2, maxAgeMs: 1_000, runtime });
    cache.put('a', 2, 'a2');
    cache.put('a', 1, 'a1');
    expect(cache.get('a')).toBe('a2');
    cache.put('b', 1, 'b1');
    cache.get('a');
    cache.put('c', 1, 'c1');
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['a2', undefined, 'c1']);
    await runtime.advance(1_000);
    expect(cache.get('a')).toBeUndefined();
    cache.put('a', 1, 'a1');
    expect(cache.get('a')).toBe('a1');
  });

  it('shows what this process wrote at once, and what another wrote when the time is over', async () => {
    const runtime = virtualRuntime();
    let reads = 0;
    const inner = memoryContainer({ name: 'seen', partitionKey: ({ id }) => id, runtime });
    const counted = { ...inner, read: (key: string, id: string) => ((reads += 1), inner.read(key, id)) };
    const mine = createCounter(counted, { cache: { max: 10, maxAgeMs: 1_000, runtime } }).projection;
    const other = createCounter(inner).projection;
    await mine.apply(events('thing-1', 1, 1));
    for (const _ of [1, 2, 3]) expect(await mine.get('thing-1')).toMatchObject({ streamVersion: 1 });
    expect(reads).toBe(0);
    await other.apply(events('thing-1', 2, 2));
    expect(await mine.get('thing-1')).toMatchObject({ streamVersion: 1 });
    expect(await mine.see('thing-1', 2)).toMatchObject({ streamVersion: 2 });
    await mine.apply(events('thing-1', 3, 3));
    expect(await mine.get('thing-1')).toMatchObject({ streamVersion: 3 });
    await other.apply(events('thing-1', 4, 4));
    await runtime.advance(1_000);
    expect(await mine.get('thing-1')).toMatchObject({ streamVersion: 4 });
  });
});
