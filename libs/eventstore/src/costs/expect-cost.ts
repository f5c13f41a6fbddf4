import type { Cost } from './cost.ts';

export interface CostBudget {
  readonly requestUnits: number;
  readonly roundTrips: number;
}

/** Something cost more than its budget. */
export class CostBudgetExceeded extends Error {
  readonly code = 'cost-budget-exceeded';
  readonly cost: Cost;
  readonly budget: CostBudget;

  constructor(cost: Cost, budget: CostBudget) {
    super(
      `it cost ${cost.requestCharge} RU and ${cost.roundTrips} round trips; ` +
        `its budget is ${budget.requestUnits} RU and ${budget.roundTrips} round trips`,
    );
    this.name = 'CostBudgetExceeded';
    this.cost = cost;
    this.budget = budget;
  }
}

export interface CostExpectation {
  /** @throws CostBudgetExceeded naming what it cost */
  toBeAtMost(budget: CostBudget): void;
}

/**
 * For the tests of a service: `expectCost(await orders.execute(…)).toBeAtMost({ requestUnits: 12, roundTrips: 1 })`.
 *
 * @param costly an outcome of `execute`, what `load` gave, or a cost itself
 */
export function expectCost(costly: Cost | { readonly cost: Cost }): CostExpectation {
  const cost = 'cost' in costly ? costly.cost : costly;
  return {
    toBeAtMost(budget) {
      const within = cost.requestCharge <= budget.requestUnits && cost.roundTrips <= budget.roundTrips;
      if (!within) throw new CostBudgetExceeded(cost, budget);
    },
  };
}
