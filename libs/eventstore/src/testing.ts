export { CostBudgetExceeded, type CostBudget, type CostExpectation, expectCost } from './costs/expect-cost.ts';
export { type RecordedMetrics, recordedMetrics } from './test-support/recorded-metrics.ts';
