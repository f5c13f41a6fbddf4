import type { Operation } from '../operations/operation.ts';
import { createInjector } from '../shared/seeded-faults.ts';
import type { Injector } from '../shared/seeded-faults.ts';
import { checkFault, checkMatch } from './check-fault.ts';
import type { Fault, FaultMatch, FaultPlan } from './fault.ts';
import { faultName } from './fault.ts';

/** A request as faults look at it. */
export interface FaultTarget extends Operation {
  /** The components of its partition key, where it names one. */
  readonly partitionKey?: readonly unknown[] | undefined;
}

/** Injects the faults of a plan. */
export type FaultInjector = Injector<FaultPlan>;

const matches = (match: FaultMatch | undefined, { kind, container, partitionKey }: FaultTarget): boolean => {
  if (match === undefined) return true;
  const { operations, containers, partitionKeys } = match;
  return (
    (operations === undefined || operations.includes(kind)) &&
    (containers === undefined || (container !== undefined && containers.includes(container))) &&
    (partitionKeys === undefined ||
      (partitionKey?.length === 1 && partitionKeys.some((key) => key === partitionKey[0])))
  );
};

/** An injector without a plan. `next` decides which fault a request meets. */
export const createFaultInjector = (
  now: () => number,
): FaultInjector & { next(target: FaultTarget): Fault | undefined } =>
  createInjector({ checkFault, checkMatch, matches, nameOf: faultName, now });
