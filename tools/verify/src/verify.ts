import { checkAggregates } from './check-aggregates.ts';
import { checkIntents } from './check-intents.ts';
import { checkOrders, type OrderCounts } from './check-orders.ts';
import { checkStreams } from './check-streams.ts';
import { type Checked, type Finding, Report } from './finding.ts';
import { type AllHistories, historiesOf } from './histories.ts';

export interface Verification {
  readonly events: number;
  readonly streams: number;
  readonly orders: OrderCounts;
  readonly checked: readonly Checked[];
  readonly findings: readonly Finding[];
}

const noOrders: OrderCounts = {
  byProgress: { 'in flight': 0, parked: 0, 'waiting for shipment': 0, over: 0 },
  byOutcome: {},
};

/** Pure: everything that must hold of these histories. */
export function verifyHistories(histories: AllHistories): Verification {
  const report = new Report();
  checkStreams(histories, report);
  const states = asFarAsPossible(report, 'aggregates', () => checkAggregates(histories, report));
  const orders = states && asFarAsPossible(report, 'orders', () => checkOrders(histories, states, report));
  asFarAsPossible(report, 'intents', () => checkIntents(histories, report));
  const streams = historiesOf(histories).flatMap((service) => [...service.values()]);
  return {
    events: streams.reduce((sum, events) => sum + events.length, 0),
    streams: streams.length,
    orders: orders ?? noOrders,
    checked: report.checked,
    findings: report.findings,
  };
}

/** Somebody who may write anything may store what no event is; that it cannot be looked at is then a finding, too. */
function asFarAsPossible<T>(report: Report, where: string, check: () => T): T | undefined {
  try {
    return check();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    report.check('every event is what its type says', where, `could not be checked any further: ${message}`);
    return undefined;
  }
}
