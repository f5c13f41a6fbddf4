import { coverage, coverageOf } from './coverage.ts';

describe('coverage', () => {
  it('asks for more of more runs', () => {
    const nothing = coverageOf(() => 0, 10_000);
    expect(nothing.missed).toHaveLength(coverage.length);
    expect(nothing.missed).toContain('orders completed: 0 of 1000');
    expect(coverageOf(() => 100_000, 10_000).missed).toEqual([]);
    expect(coverageOf(() => 0, 2_000).missed).toContain('orders completed: 0 of 200');
  });

  it('asks for nothing that is rare of a few runs', () => {
    const { missed } = coverageOf(() => 0, 30);
    expect(missed).toContain('orders completed: 0 of 3');
    expect(missed.some((each) => each.startsWith('compensated: cancelled while confirming'))).toBe(false);
  });

  it('adds up the counters of one name', () => {
    const counts = coverageOf((counter) => (counter.startsWith('cancel won the race') ? 2 : 0), 10).counts;
    expect(counts['cancel and ship at once']).toBe(4);
  });
});
