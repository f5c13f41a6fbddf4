import { checkDelay, isList, need, onlyFields } from '@daybook/cosmos-emulator/shared';
import type { HubFault } from './fault.ts';
import { breakKinds, operationsOf } from './fault.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === 'string';
const isKind = (value: unknown): value is HubFault['kind'] =>
  typeof value === 'string' && Object.hasOwn(operationsOf, value);

/** Checks a fault that came as JSON. Throws `FaultPlanInvalidError`. */
export function checkFault(fault: unknown, field: string): void {
  need(isObject(fault), `${field} must be an object with a kind.`);
  const { kind } = fault;
  need(isKind(kind), `${field}.kind must be one of ${Object.keys(operationsOf).join(', ')}.`);
  if (kind === 'delay') return checkDelay(fault, field);
  onlyFields(fault, field, kind === 'ack-lost' ? ['kind', 'by'] : ['kind']);
  const by = fault['by'];
  need(
    by === undefined || breakKinds.some((each) => each === by),
    `${field}.by must be one of ${breakKinds.join(', ')}.`,
  );
}

/** Checks which occasions a (checked) fault is for. Throws `FaultPlanInvalidError`. */
export function checkMatch(match: unknown, field: string, fault: unknown): void {
  if (match === undefined) return;
  need(isObject(match), `${field} must be an object.`);
  onlyFields(match, field, ['operations', 'hubs', 'partitions', 'consumerGroups']);
  const { kind } = fault as HubFault;
  const possible: readonly string[] = operationsOf[kind];
  need(
    isList(match['operations'], (each) => possible.some((operation) => operation === each)),
    `${field}.operations must be some of ${possible.join(', ')}: that is where ${kind} strikes.`,
  );
  for (const name of ['hubs', 'partitions', 'consumerGroups']) {
    need(isList(match[name], isText), `${field}.${name} must be a list of texts.`);
  }
}
