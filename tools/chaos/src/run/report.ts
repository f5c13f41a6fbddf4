import type { FaultKind } from '../faults/fault.ts';

/** What was seen of a run. */
export interface RunFacts {
  /** How long orders flowed, in milliseconds. */
  readonly flowMs: number;
  /** Orders that came to their end. */
  readonly orders: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** The longest time that one order stood still, and which. */
  readonly longestStall: { readonly ms: number; readonly orderId: string };
  /** From the end of the last fault to the end of the last order. */
  readonly recoveryMs: number;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  /** Kinds that this run was to have. */
  readonly kinds: readonly FaultKind[];
  /** Orders that went wrong, and what verification found. */
  readonly violations: readonly string[];
}

/** What is asked of a run besides that nothing is wrong. */
export interface Demands {
  readonly ordersPerMinute: number;
  readonly recoveryMs: number;
  /** Runs as long as this have every kind of fault at least once, in milliseconds. */
  readonly everyKindFromMs: number;
}

export const demands: Demands = { ordersPerMinute: 100, recoveryMs: 60_000, everyKindFromMs: 120_000 };

/** The one object that `--json` prints. */
export interface ChaosReport {
  readonly orders: number;
  readonly ordersPerMinute: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: number;
  readonly longestStallMs: number;
  readonly recoveryMs: number;
  /** Why the run does not count as passed; empty where it does. */
  readonly failures: readonly string[];
}

/** Pure: what the facts amount to. */
export function reportOf(facts: RunFacts, asked: Demands = demands): ChaosReport {
  const ordersPerMinute = Math.round((facts.orders * 60_000) / Math.max(1, facts.flowMs));
  const missing = facts.kinds.filter((kind) => (facts.faults[kind] ?? 0) === 0);
  const failures = [
    ...facts.violations,
    ...(facts.recoveryMs > asked.recoveryMs
      ? [
          `the last order ended ${seconds(facts.recoveryMs)} after the last fault; ${seconds(asked.recoveryMs)} are allowed`,
        ]
      : []),
    ...(ordersPerMinute < asked.ordersPerMinute
      ? [`${ordersPerMinute} orders a minute came to their end; ${asked.ordersPerMinute} must`]
      : []),
    ...(facts.flowMs >= asked.everyKindFromMs && missing.length > 0 ? [`never happened: ${missing.join(', ')}`] : []),
  ];
  return {
    orders: facts.orders,
    ordersPerMinute,
    outcomes: facts.outcomes,
    faults: Object.fromEntries(facts.kinds.map((kind) => [kind, facts.faults[kind] ?? 0])),
    violations: facts.violations.length,
    longestStallMs: Math.round(facts.longestStall.ms),
    recoveryMs: Math.round(facts.recoveryMs),
    failures,
  };
}

/** The report for people. */
export function describeReport(report: ChaosReport, facts: RunFacts): string {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || 'none';
  return [
    `  orders          ${report.orders}, ${report.ordersPerMinute} a minute: ${list(report.outcomes)}`,
    `  faults          ${list(report.faults)}`,
    `  longest stall   ${seconds(report.longestStallMs)}${facts.longestStall.orderId === '' ? '' : ` (${facts.longestStall.orderId})`}`,
    `  recovery        ${seconds(report.recoveryMs)} after the last fault`,
    `  violations      ${report.violations}`,
    '',
    ...report.failures.slice(0, 50).map((failure) => `  ${failure}`),
    ...(report.failures.length > 50 ? [`  … and ${report.failures.length - 50} more`] : []),
    report.failures.length === 0 ? 'All is well.' : 'NOT ALL IS WELL.',
  ].join('\n');
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
