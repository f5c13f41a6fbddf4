import { parseIntentKey } from '@daybook/contracts';
import { exponential, type IssuedCommand } from '@daybook/saga';
import { type SagaScenario, sagaScenario } from '@daybook/saga/testing';
import fc from 'fast-check';
import type { Sent } from '../testing/participants.ts';
import { createReturning, type ReturnRequest } from '../testing/returning.ts';
import { returnOrder } from './return-order.ts';

const patience = exponential(4, 1_000);
const definition = returnOrder({ forward: patience, undo: patience, afterPivot: patience });

const skus = ['10000', '10001', 'POST'];
const price = 100;
/** Pieces ordered of each. */
const ordered = 6;

interface Plan {
  /** Each return takes some pieces of each SKU; never more than are left. */
  readonly returns: readonly (readonly number[])[];
  readonly free: boolean;
  readonly choices: readonly { readonly what: number; readonly which: number }[];
  /** A hub that nobody reads until everything else has come to rest. */
  readonly silent: string;
}

/** The returns as the order grants them: lines with pieces, and what they cost. */
function requestsOf(plan: Plan): readonly ReturnRequest[] {
  const left = skus.map(() => ordered);
  return plan.returns.flatMap((wanted, index) => {
    const lines = skus.flatMap((sku, at) => {
      const quantity = Math.min(wanted[at] ?? 0, left[at] ?? 0);
      left[at] = (left[at] ?? 0) - quantity;
      return quantity === 0 ? [] : [{ sku, quantity }];
    });
    const pieces = lines.reduce((sum, { quantity }) => sum + quantity, 0);
    return pieces === 0 ? [] : [{ returnId: `o1.r${index + 1}`, lines, refund: plan.free ? 0 : pieces * price }];
  });
}

/** Lets the plan happen, then lets everything settle with operators who retry what is parked. Checks the invariants after every step. */
function run(plan: Plan) {
  const total = plan.free ? 0 : skus.length * ordered * price;
  const world = createReturning(total);
  const requests = requestsOf(plan);
  const sagas = new Map<string, SagaScenario>();
  const toParticipants: IssuedCommand[] = [];
  const held: IssuedCommand[] = [];
  const relayed = new Map<string, number>();
  const handled = new Set<string>();
  const waiting = [...requests];

  const relay = (): void => {
    for (const [sagaId, { commands }] of sagas) {
      for (const command of commands.slice(relayed.get(sagaId) ?? 0)) {
        (command.hub === plan.silent ? held : toParticipants).push(command);
      }
      relayed.set(sagaId, commands.length);
    }
  };
  const give = ({ eventId, commandKey, type, data }: Sent): void => {
    if (handled.has(eventId)) return;
    handled.add(eventId);
    const sagaId = parseIntentKey(commandKey)?.sagaId ?? `ReturnOrder:${String(data['returnId'])}`;
    const scenario = sagas.get(sagaId) ?? sagaScenario(definition, { random: 0.5 });
    sagas.set(sagaId, scenario);
    const moment = { nowMs: scenario.nowMs, random: 0.5 };
    const trace = { correlationId: 'request-1', traceparent: '' };
    scenario.gives({ kind: 'message', eventId, commandKey, answer: { type, data }, ...moment, ...trace });
  };
  const check = (): void => {
    relay();
    const refunded = [...world.refunded.values()].reduce((sum, each) => sum + each, 0);
    expect(refunded).toBeLessThanOrEqual(total);
    for (const request of requests) {
      const { returnId, lines, refund } = request;
      const goods = lines.filter(({ sku }) => sku !== 'POST');
      const back = goods.every(({ sku, quantity }) => world.restocked.get(`${returnId}/${sku}`) === quantity);
      // The order is told only when goods and money are both back.
      if (world.granted.get(returnId) === true) {
        expect({ back, refunded: world.refunded.get(returnId) ?? 0 }).toEqual({ back: true, refunded: refund });
      }
      const completed = sagas.get(`ReturnOrder:${returnId}`)?.saga.status === 'completed';
      if (completed) expect(world.granted.get(returnId)).toBe(true);
    }
  };
  const timers = (): SagaScenario[] => [...sagas.values()].filter((scenario) => scenario.timers.length > 0);
  const parked = (): SagaScenario[] => [...sagas.values()].filter(({ saga }) => saga.parked.size > 0);

  for (const { what, which } of plan.choices) {
    const message = which % Math.max(1, toParticipants.length);
    const event = which % Math.max(1, world.outbox.length);
    const due = timers();
    const actions: (() => void)[] = [
      () => void (waiting.length > 0 && world.request(waiting.shift() as ReturnRequest)),
      () => toParticipants.splice(message, 1).forEach(world.receive),
      () => toParticipants.slice(message, message + 1).forEach(world.receive),
      () => void toParticipants.splice(message, 1),
      () => world.outbox.splice(event, 1).forEach(give),
      () => world.outbox.slice(event, event + 1).forEach(give),
      () => void (world.outbox[event]?.commandKey.startsWith('http:') === false && world.outbox.splice(event, 1)),
      () => world.provider.shift()?.(),
      () => void due[which % Math.max(1, due.length)]?.timePasses(),
      () => void (which % 5 === 0 && world.capture()),
      () => void parked()[0]?.operator({ action: 'retry' }),
    ];
    actions[what % actions.length]?.();
    check();
  }
  for (let turns = 0; turns < 3_000; turns += 1) {
    const command = toParticipants.shift();
    const event = world.outbox.shift();
    const call = world.provider.shift();
    if (command !== undefined) world.receive(command);
    if (event !== undefined) give(event);
    call?.();
    if (command === undefined && event === undefined && call === undefined) {
      const [due] = timers();
      if (waiting.length > 0) world.request(waiting.shift() as ReturnRequest);
      else if (due !== undefined) due.timePasses();
      else if (held.length > 0) toParticipants.push(...held.splice(0));
      else if (parked().length > 0) {
        world.capture();
        retryEverything(parked()[0]);
      } else break;
    }
    check();
  }
  return { world, sagas, requests };
}

function retryEverything(scenario: SagaScenario | undefined): void {
  for (const key of [...(scenario?.saga.parked.keys() ?? [])]) {
    const [step] = key.split('/');
    scenario?.operator({ action: 'retry', step });
    expect(scenario?.refused).toBeUndefined();
  }
}

const plans: fc.Arbitrary<Plan> = fc.record({
  returns: fc.array(fc.array(fc.nat(4), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  free: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  choices: fc.array(fc.record({ what: fc.nat(10), which: fc.nat(100) }), { maxLength: 120 }),
  silent: fc.constantFrom('', '', 'order-commands', 'inventory-commands', 'payment-commands'),
});

describe('ReturnOrder, whatever happens', () => {
  it('gives goods and money back once each, tells the order last, and comes to an end with operators who retry', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(plans, (plan) => {
        const { sagas, requests, world } = run(plan);
        expect(sagas.size).toBe(requests.length);
        for (const { saga, events, timers } of sagas.values()) {
          expect(saga.status).toBe('completed');
          expect(timers).toEqual([]);
          for (const { type } of events) seen.set(type, (seen.get(type) ?? 0) + 1);
          if ((saga.steps.get('refund/do')?.items.get('-')?.round ?? 0) > 0)
            seen.set('round', (seen.get('round') ?? 0) + 1);
        }
        expect([...world.granted.values()].every(Boolean)).toBe(true);
        if (sagas.size > 1) seen.set('several', (seen.get('several') ?? 0) + 1);
      }),
      { numRuns: 300, seed: 20_101_202 },
    );
    // A check that passes because nothing happened is a failure.
    for (const what of [
      'SagaCompleted',
      'SagaParked',
      'OperatorActed',
      'InputIgnored',
      'StepRefused',
      'round',
      'several',
    ]) {
      expect({ what, often: (seen.get(what) ?? 0) > 5 }).toEqual({ what, often: true });
    }
  });
});
