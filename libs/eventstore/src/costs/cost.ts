/** What an operation cost. */
export interface Cost {
  /** Request units as the database charged them. Of attempts that were not answered the charge is not known. */
  readonly requestCharge: number;
  /** Requests that were answered or given up, one after another. Requests made beside each other count as one. */
  readonly roundTrips: number;
}

/** Adds up what the requests of one operation cost. */
export interface CostMeter {
  add(cost: Cost): void;
  total(): Cost;
}

export const noCost: Cost = { requestCharge: 0, roundTrips: 0 };

export function costMeter(): CostMeter {
  let requestCharge = 0;
  let roundTrips = 0;
  return {
    add(cost) {
      requestCharge += cost.requestCharge;
      roundTrips += cost.roundTrips;
    },
    // Charges have two decimals; their sum in floating point has not.
    total: () => ({ requestCharge: Math.round(requestCharge * 100) / 100, roundTrips }),
  };
}
