import { operationKinds } from '../operations/operation.ts';
import { isObject } from '../protocol/message.ts';
import type { FaultPlan } from './fault.ts';

/** A plan of faults cannot be used; `message` names the field. */
export class FaultPlanInvalidError extends Error {
  readonly code = 'fault-plan-invalid';

  constructor(message: string) {
    super(message);
    this.name = 'FaultPlanInvalidError';
  }
}

const need: (holds: boolean, message: string) => asserts holds = (holds, message) => {
  if (!holds) throw new FaultPlanInvalidError(message);
};

const rulesMax = 100;
const delayMsMax = 60_000;

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
const isList = (value: unknown, holds: (each: unknown) => boolean): boolean =>
  value === undefined || (Array.isArray(value) && value.length > 0 && value.every(holds));
const isText = (value: unknown): boolean => typeof value === 'string';
const isKey = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);
const isKind = (value: unknown): boolean => operationKinds.some((kind) => kind === value);

const onlyFields = (value: object, field: string, names: readonly string[]): void => {
  const other = Object.keys(value).find((name) => !names.includes(name));
  need(other === undefined, `${field} has no field ${JSON.stringify(other)}; it has ${names.join(', ')}.`);
};

const checkFault = (fault: unknown, field: string): void => {
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
      onlyFields(fault, field, ['kind', 'ms']);
      return need(isWhole(fault['ms'], 0, delayMsMax), `${field}.ms must be a whole number up to ${delayMsMax}.`);
    case 'reset-before':
    case 'executed-but-lost':
      return onlyFields(fault, field, ['kind']);
    default:
      return need(false, `${field}.kind must be status, delay, reset-before or executed-but-lost.`);
  }
};

const checkMatch = (match: unknown, field: string): void => {
  if (match === undefined) return;
  need(isObject(match), `${field} must be an object.`);
  onlyFields(match, field, ['operations', 'containers', 'partitionKeys']);
  need(isList(match['operations'], isKind), `${field}.operations must be some of ${operationKinds.join(', ')}.`);
  need(isList(match['containers'], isText), `${field}.containers must be names of containers.`);
  need(isList(match['partitionKeys'], isKey), `${field}.partitionKeys must be texts, numbers, booleans or null.`);
};

/** Checks a plan that came as JSON. Throws {@link FaultPlanInvalidError}. */
export const checkPlan: (plan: unknown) => asserts plan is FaultPlan = (plan) => {
  need(isObject(plan), 'A fault plan must be an object {seed, rules}.');
  onlyFields(plan, 'The plan', ['seed', 'rules']);
  need(Number.isSafeInteger(plan['seed']), 'seed must be a whole number.');
  const rules = plan['rules'] as unknown;
  need(Array.isArray(rules) && rules.length <= rulesMax, `rules must be an array of at most ${rulesMax}.`);
  rules.forEach((rule: unknown, index) => {
    const field = `rules[${index}]`;
    need(isObject(rule), `${field} must be an object.`);
    onlyFields(rule, field, ['fault', 'chance', 'match', 'timesMax']);
    const chance = rule['chance'];
    need(typeof chance === 'number' && chance >= 0 && chance <= 1, `${field}.chance must be from 0 to 1.`);
    const times = rule['timesMax'];
    need(times === undefined || isWhole(times, 1, 1e9), `${field}.timesMax must be a positive whole number.`);
    checkFault(rule['fault'], `${field}.fault`);
    checkMatch(rule['match'], `${field}.match`);
  });
};
