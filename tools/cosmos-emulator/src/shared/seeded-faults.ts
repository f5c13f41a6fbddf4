import { isWhole, need, onlyFields } from './fault-fields.ts';
import { isObject } from '../protocol/message.ts';

/** A fault with the chance of meeting it. `Match` says what it is for. */
export interface SeededRule<Fault, Match> {
  readonly fault: Fault;
  /** From 0 to 1, for each occasion that matches. */
  readonly chance: number;
  /** Absent: every occasion. */
  readonly match?: Match | undefined;
  /** How often at most; no limit by default. */
  readonly timesMax?: number | undefined;
  /** Only so long after the plan began, by the emulator's clock; for ever by default. */
  readonly untilMs?: number | undefined;
}

/** Faults by chance. The same seed gives the same faults on the same occasions in the same order. */
export interface SeededPlan<Fault, Match> {
  /** A whole number. */
  readonly seed: number;
  /** Asked in their order; the first that strikes counts. */
  readonly rules: readonly SeededRule<Fault, Match>[];
}

/** Injects the faults of a plan. */
export interface Injector<Plan> {
  /** Begins a plan and counts from zero. Throws `FaultPlanInvalidError`. */
  plan(plan: Plan): void;
  /** Ends all faults; what was counted stays. */
  clear(): void;
  /** The running plan. */
  current(): Plan | undefined;
  /** How often each fault of the last plan was injected, by its name. */
  injected(): Readonly<Record<string, number>>;
}

/** What an emulator says of its faults. */
export interface FaultKinds<Fault, Match, Target> {
  /** Throws `FaultPlanInvalidError`, naming `field`. */
  readonly checkFault: (fault: unknown, field: string) => void;
  /** `fault` has been checked. */
  readonly checkMatch: (match: unknown, field: string, fault: unknown) => void;
  /** Whether a fault may befall `target`. */
  readonly matches: (match: Match | undefined, target: Target, fault: Fault) => boolean;
  /** How the fault is called where faults are counted. */
  readonly nameOf: (fault: Fault) => string;
  /** Milliseconds; for `untilMs`. */
  readonly now: () => number;
}

const rulesMax = 100;

/** A small generator of numbers from 0 to 1 (mulberry32), enough for chances. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

type Checks = Pick<FaultKinds<never, never, never>, 'checkFault' | 'checkMatch'>;

const checkRule = (rule: unknown, field: string, { checkFault, checkMatch }: Checks): void => {
  need(isObject(rule), `${field} must be an object.`);
  onlyFields(rule, field, ['fault', 'chance', 'match', 'timesMax', 'untilMs']);
  const { chance, timesMax, untilMs } = rule;
  need(typeof chance === 'number' && chance >= 0 && chance <= 1, `${field}.chance must be from 0 to 1.`);
  const counts = [['timesMax', timesMax] as const, ['untilMs', untilMs] as const];
  for (const [name, value] of counts) {
    need(value === undefined || isWhole(value, 1, 1e9), `${field}.${name} must be a positive whole number.`);
  }
  checkFault(rule['fault'], `${field}.fault`);
  checkMatch(rule['match'], `${field}.match`, rule['fault']);
};

/** Checks a plan that came as JSON. Throws `FaultPlanInvalidError`. */
const checkPlan = (plan: unknown, checks: Checks): void => {
  need(isObject(plan), 'A fault plan must be an object {seed, rules}.');
  onlyFields(plan, 'The plan', ['seed', 'rules']);
  need(Number.isSafeInteger(plan['seed']), 'seed must be a whole number.');
  const rules = plan['rules'] as unknown;
  need(Array.isArray(rules) && rules.length <= rulesMax, `rules must be an array of at most ${rulesMax}.`);
  rules.forEach((rule: unknown, index) => checkRule(rule, `rules[${index}]`, checks));
};

interface Running<Fault, Match> {
  readonly plan: SeededPlan<Fault, Match>;
  readonly random: () => number;
  readonly beganMs: number;
  /** How often each rule may still strike. */
  readonly left: number[];
}

/** An injector without a plan. `next` decides which fault, if any, befalls a target. */
export const createInjector = <Fault, Match, Target>(
  kinds: FaultKinds<Fault, Match, Target>,
): Injector<SeededPlan<Fault, Match>> & { next(target: Target): Fault | undefined } => {
  let running: Running<Fault, Match> | undefined;
  let injected: Record<string, number> = {};
  return {
    plan: (plan) => {
      checkPlan(plan, kinds);
      const left = plan.rules.map(({ timesMax }) => timesMax ?? Infinity);
      running = { plan, random: randomFrom(plan.seed), beganMs: kinds.now(), left };
      injected = {};
    },
    clear: () => {
      running = undefined;
    },
    current: () => running?.plan,
    injected: () => ({ ...injected }),
    next: (target) => {
      if (running === undefined) return undefined;
      const { plan, random, beganMs, left } = running;
      for (const [index, { fault, chance, match, untilMs = Infinity }] of plan.rules.entries()) {
        const remaining = left[index] ?? 0;
        if (remaining <= 0 || kinds.now() - beganMs >= untilMs) continue;
        if (!kinds.matches(match, target, fault) || random() >= chance) continue;
        left[index] = remaining - 1;
        const name = kinds.nameOf(fault);
        injected[name] = (injected[name] ?? 0) + 1;
        return fault;
      }
      return undefined;
    },
  };
};

/** The routes by which a plan is begun, looked at and ended. */
export const faultRoutes = <Plan>(faults: Injector<Plan>) => ({
  'GET /faults': () => ({ status: 200, value: { plan: faults.current() ?? null, injected: faults.injected() } }),
  'POST /faults': async (body: () => Promise<unknown>) => {
    // Whatever it is: the injector checks it.
    faults.plan((await body()) as Plan);
    return { status: 204 };
  },
  'DELETE /faults': () => {
    faults.clear();
    return { status: 200, value: { injected: faults.injected() } };
  },
});
