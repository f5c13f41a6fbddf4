import fc from 'fast-check';
import { feedRangeId, subdivideRange } from './feed-range.ts';

const whole = { id: 'whole', minInclusive: '', maxExclusive: 'FF' };

it('cuts the whole key space evenly below 40, where hashed keys end', () => {
  expect(subdivideRange(whole, 4).map(({ id }) => id)).toEqual([
    '0-10000000',
    '10000000-20000000',
    '20000000-30000000',
    '30000000-FF',
  ]);
});

it('leaves a range whole that is too narrow, or that nobody wants cut', () => {
  const narrow = { id: 'narrow', minInclusive: '10000000', maxExclusive: '10000001' };
  expect(subdivideRange(narrow, 4)).toEqual([narrow]);
  expect(subdivideRange(whole, 1)).toEqual([whole]);
});

it('covers any range without gaps, in parts that can be cut again', () => {
  const bound = fc.integer({ min: 0, max: 0x3fffffff }).map((n) => n.toString(16).toUpperCase().padStart(8, '0'));
  const parts = fc.integer({ min: 1, max: 64 });
  fc.assert(
    fc.property(bound, bound, parts, parts, (one, other, first, second) => {
      fc.pre(one !== other);
      const [minInclusive, maxExclusive] = [one, `${other}04D5`].sort() as [string, string];
      const range = { id: feedRangeId(minInclusive, maxExclusive), minInclusive, maxExclusive };
      const cut = subdivideRange(range, first).flatMap((part) => subdivideRange(part, second));
      expect(cut[0]?.minInclusive).toBe(minInclusive);
      expect(cut.at(-1)?.maxExclusive).toBe(maxExclusive);
      for (const [index, part] of cut.entries()) {
        expect(part.minInclusive < part.maxExclusive).toBe(true);
        if (index > 0) expect(part.minInclusive).toBe(cut[index - 1]?.maxExclusive);
      }
    }),
  );
});
