import { median, percentile, round } from './statistics.ts';

describe('statistics', () => {
  it('the median is the middle, whatever the order', () => {
    expect([median([3]), median([9, 1, 5]), median([4, 3, 2, 1])]).toEqual([3, 5, 2]);
    expect(() => median([])).toThrow(RangeError);
  });

  it('a percentile is a value that so many do not exceed', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect([percentile(values, 0.99), percentile(values, 1), percentile([7], 0.99)]).toEqual([198, 200, 7]);
    expect(() => percentile([], 0.99)).toThrow(RangeError);
  });

  it('rounds', () => {
    expect([round(1.005), round(2 / 3, 1), round(12)]).toEqual([1, 0.7, 12]);
  });
});
