import { describeReport, reportOf, type RunFacts } from './report.ts';

const facts: RunFacts = {
  ...{ flowMs: 120_000, orders: 240, outcomes: { shipped: 200, cancelled: 40 } },
  ...{ longestStall: { ms: 12_345.6, orderId: 'inv-1' }, recoveryMs: 4_000.4, violations: [] },
  ...{ faults: { kill: 7, 'link-cut': 1 }, kinds: ['kill', 'link-cut'] },
};

describe('the report', () => {
  it('says what happened', () => {
    expect(reportOf(facts)).toEqual({
      ...{ orders: 240, ordersPerMinute: 120, outcomes: { shipped: 200, cancelled: 40 } },
      ...{ faults: { kill: 7, 'link-cut': 1 }, violations: 0, longestStallMs: 12_346, recoveryMs: 4_000, failures: [] },
    });
    const text = describeReport(reportOf(facts), facts);
    expect(text).toContain('240, 120 a minute: 200 shipped, 40 cancelled');
    expect(text).toContain('12.3 s (inv-1)');
    expect(text).toContain('All is well.');
  });

  it.each<[string, Partial<RunFacts>, string]>([
    ['what verification finds', { violations: ['stock of 1: 2 on hand, not 3'] }, 'stock of 1: 2 on hand, not 3'],
    ['a recovery of more than a minute', { recoveryMs: 60_001 }, '60.0 s are allowed'],
    ['fewer than 100 orders a minute', { orders: 198 }, '99 orders a minute'],
    ['a kind of fault that never happened', { faults: { kill: 7 } }, 'never happened: link-cut'],
  ])('counts %s as a failure', (_, change, failure) => {
    const changed = { ...facts, ...change };
    const report = reportOf(changed);
    expect(report.failures).toEqual([expect.stringContaining(failure)]);
    expect(describeReport(report, changed)).toContain('NOT ALL IS WELL.');
  });

  it('asks for every kind of fault in runs of two minutes only', () => {
    expect(reportOf({ ...facts, flowMs: 60_000, faults: {} }).failures).toEqual([]);
  });
});
