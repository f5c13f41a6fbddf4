import { checkAggregates } from './check-aggregates.ts';
import { checkIntents } from './check-intents.ts';
import { checkOrders, type OrderCounts } from './check-orders.ts';
import { checkStreams } from './check-streams.ts';
import { type Checked, type Finding, Report } from './finding.ts';
import type { AllHistories } from './histories.ts';

export interface Verification {
  readonly events: number;
  readonly streams: number;
  readonly orders: OrderCounts;
  readonly checked: readonly Checked[];
  readonly findings: readonly Finding[];
}

/** Pure: everything that must hold of these histories. */
export function verifyHistories(histories: AllHistories): Verification {
  const report = new Report();
  checkStreams(histories, report);
  const orders = checkOrders(histories, checkAggregates(histories, report), report);
  checkIntents(histories, report);
  const { order, inventory, payment, fulfilment } = histories;
  const streams = [order, inventory, payment, fulfilment].flatMap((service) => [...service.values()]);
  return {
    events: streams.reduce((sum, events) => sum + events.length, 0),
    streams: streams.length,
    orders,
    checked: report.checked,
    findings: report.findings,
  };
}
