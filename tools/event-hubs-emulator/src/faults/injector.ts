import { createInjector } from '@daybook/cosmos-emulator/shared';
import type { Injector } from '@daybook/cosmos-emulator/shared';
import { sameName } from '../config.ts';
import { checkFault, checkMatch } from './check.ts';
import type { HubFault, HubFaultMatch, HubFaultPlan, HubOperation } from './fault.ts';
import { operationsOf } from './fault.ts';

/** An occasion as faults look at it. */
export interface HubFaultTarget {
  readonly operation: HubOperation;
  readonly hub?: string | undefined;
  readonly partition?: string | undefined;
  readonly consumerGroup?: string | undefined;
}

/** Injects the faults of a plan. */
export type HubFaults = Injector<HubFaultPlan>;

/** Asked on each occasion which fault befalls it. */
export type NextFault = (target: HubFaultTarget) => HubFault | undefined;

const holds = (
  wanted: readonly string[] | undefined,
  actual: string | undefined,
  same: (left: string, right: string) => boolean,
): boolean => wanted === undefined || (actual !== undefined && wanted.some((each) => same(each, actual)));

function matches(match: HubFaultMatch | undefined, target: HubFaultTarget, { kind }: HubFault): boolean {
  const { operation, hub, partition, consumerGroup } = target;
  const operations = match?.operations ?? operationsOf[kind];
  return (
    operations.includes(operation) &&
    holds(match?.hubs, hub, sameName) &&
    holds(match?.partitions, partition, Object.is) &&
    holds(match?.consumerGroups, consumerGroup, sameName)
  );
}

/** An injector without a plan. `now` is for `untilMs`. */
export const createHubFaults = (now: () => number): HubFaults & { next: NextFault } =>
  createInjector({ checkFault, checkMatch, matches, nameOf: ({ kind }) => kind, now });
