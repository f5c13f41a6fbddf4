import fc from 'fast-check';
import { middleOf, rangeOf, tile, widthOf } from './feed-ranges.ts';
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

describe('the middle of a range', () => {
  it('cuts it in two that tile it, of equal share, however often', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.array(fc.boolean(), { maxLength: 14 }),
        fc.nat(),
        (count, turns, at) => {
          let range = tile(count)[at % count] ?? tile(1)[0];
          for (const left of turns) {
            if (range === undefined) throw new Error('no range');
            const cut = middleOf(range);
            expect(cut !== undefined && cut > range.minInclusive && cut < range.maxExclusive).toBe(true);
            const halves = [
              { ...range, maxExclusive: cut ?? '' },
              { ...range, minInclusive: cut ?? '' },
            ] as const;
            expect(Math.abs(widthOf(halves[0]) - widthOf(halves[1]))).toBeLessThanOrEqual(1);
            range = halves[left ? 0 : 1];
          }
        },
      ),
    );
  });

  it('is none where there is no room', () => {
    expect(middleOf({ id: 0, minInclusive: '00000001', maxExclusive: '00000002', parents: [] })).toBeUndefined();
  });
});

describe('paths', () => {
  it('are split, quoted or not, or refused', () => {
    expect(pathSegments('/a/"b c"')).toEqual(['a', 'b c']);
    expect(() => pathSegments('a')).toThrow(/not valid/);
  });
});
