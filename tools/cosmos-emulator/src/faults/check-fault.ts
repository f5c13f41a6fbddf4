import { operationKinds } from '../operations/operation.ts';
import { isObject } from '../protocol/message.ts';
import { checkDelay, isList, isWhole, need, onlyFields } from '../shared/fault-fields.ts';

const isText = (value: unknown): boolean => typeof value === 'string';
const isKey = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);
const isKind = (value: unknown): boolean => operationKinds.some((kind) => kind === value);

/** Checks a fault that came as JSON. Throws `FaultPlanInvalidError`. */
export const checkFault = (fault: unknown, field: string): void => {
  need(isObject(fault), `${field} must be an object with a kind.`);
  switch (fault['kind']) {
    case 'status':
      onlyFields(fault, field, ['kind', 'status', 'substatus', 'retryAfterMs']);
      need(isWhole(fault['status'], 400, 599), `${field}.status must be a whole number from 400 to 599.`);
      for (const name of ['substatus', 'retryAfterMs']) {
        need(fault[name] === undefined || isWhole(fault[name], 0, 1e6), `${field}.${name} must be a whole number.`);
      }
      return;
    case 'delay':
      return checkDelay(fault, field);
    case 'reset-before':
    case 'executed-but-lost':
      return onlyFields(fault, field, ['kind']);
    default:
      return need(false, `${field}.kind must be status, delay, reset-before or executed-but-lost.`);
  }
};

/** Checks which requests a fault is for. Throws `FaultPlanInvalidError`. */
export const checkMatch = (match: unknown, field: string): void => {
  if (match === undefined) return;
  need(isObject(match), `${field} must be an object.`);
  onlyFields(match, field, ['operations', 'containers', 'partitionKeys']);
  need(isList(match['operations'], isKind), `${field}.operations must be some of ${operationKinds.join(', ')}.`);
  need(isList(match['containers'], isText), `${field}.containers must be names of containers.`);
  need(isList(match['partitionKeys'], isKey), `${field}.partitionKeys must be texts, numbers, booleans or null.`);
};
