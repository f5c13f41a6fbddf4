import { lruCache } from './cache.ts';

describe('Load: lruCache', () => {
  it('forgets what was not used for longest', () => {
    const cache = lruCache<number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.size]).toEqual([1, undefined, 3, 2]);
    cache.delete('a');
    expect(cache.size).toBe(1);
  });

  it('keeps nothing where it may keep nothing', () => {
    const cache = lruCache<number>(0);
    cache.set('a', 1);
    expect(cache.get('a')).toBeUndefined();
  });
});
