import { rangeOf, tile } from './feed-ranges.ts';
import { effectiveKey, pathSegments } from './partition-key.ts';

const hash = (...key: Parameters<typeof effectiveKey>[0]): string =>
  effectiveKey(key, { paths: ['/pk'], kind: 'Hash', version: 2 });

describe('effective partition keys', () => {
  it('are those of the SDK', () => {
    expect(hash('a')).toBe('3A5381E1114EB8D3FCC90795045B49B7');
    expect(hash(null)).toMatch(/^378867E4/);
  });

  it('lie in exactly one range', () => {
    const ranges = tile(4);
    expect(ranges.map((range) => range.minInclusive)).toEqual(['', '1000', '2000', '3000']);
    expect(ranges.at(-1)?.maxExclusive).toBe('FF');
    for (let n = 0; n < 100; n += 1) {
      const epk = hash(`key ${n}`);
      const range = ranges[rangeOf(ranges, epk)];
      expect(range !== undefined && range.minInclusive <= epk && epk < range.maxExclusive).toBe(true);
    }
  });
});

describe('paths', () => {
  it('are split, quoted or not, or refused', () => {
    expect(pathSegments('/a/"b c"')).toEqual(['a', 'b c']);
    expect(() => pathSegments('a')).toThrow(/not valid/);
  });
});
