import { exponential, type IssuedCommand } from '@daybook/saga';
import { type SagaScenario, sagaScenario } from '@daybook/saga/testing';
import fc from 'fast-check';
import { createParticipants, type ProviderAnswer, type Sent } from '../testing/participants.ts';
import { fulfilOrder } from './fulfil-order.ts';

const definition = fulfilOrder({
  forward: exponential(3, 1_000),
  undo: exponential(4, 1_000),
  afterPivot: exponential(4, 1_000),
});

interface Plan {
  readonly skus: number;
  readonly missing: readonly number[];
  readonly providerAnswers: ProviderAnswer;
  /** What happens next, each time: chosen among what can. */
  readonly choices: readonly { readonly what: number; readonly which: number }[];
  /** A hub that nobody reads until everything else has come to rest. */
  readonly silent: string;
  readonly ending: 'ships' | 'cancels';
}

const skuOf = (index: number): string => `${10_000 + index}`;

/** Lets the plan happen, then lets everything settle with nothing lost any more. Checks the invariants after every step. */
function run(plan: Plan) {
  const world = createParticipants({
    missing: new Set(plan.missing.map(skuOf)),
    providerAnswers: plan.providerAnswers,
  });
  const skus = Array.from({ length: plan.skus }, (_, index) => skuOf(index));
  const lines = ['POST', ...skus].map((sku) => ({ sku, quantity: 1, unitPrice: 100 }));
  const scenario = sagaScenario(definition, { random: 0.5 }).receives('OrderSubmitted', {
    ...{ orderId: 'o1', customerId: 'c1', currency: 'GBP', lines, total: 100 * plan.skus },
    payment: { token: 'tok' },
  });
  const toParticipants: IssuedCommand[] = [];
  const held: IssuedCommand[] = [];
  const handled = new Set<string>();
  let relayed = 0;

  const relay = (): void => {
    for (const command of scenario.commands.slice(relayed)) {
      (command.hub === plan.silent ? held : toParticipants).push(command);
    }
    relayed = scenario.commands.length;
  };
  // What the event store does by its unique key.
  const give = ({ eventId, commandKey, type, data }: Sent): void => {
    if (handled.has(eventId)) return;
    handled.add(eventId);
    const moment = { nowMs: scenario.nowMs, random: 0.5 };
    const trace = { correlationId: 'request-1', traceparent: '' };
    scenario.gives({ kind: 'message', eventId, commandKey, answer: { type, data }, ...moment, ...trace });
  };
  const check = (): void => {
    relay();
    const { saga } = scenario;
    const open = world.reserved.size > 0 || world.payment.held;
    if (saga.status === 'compensated' || world.order.status === 'rejected') expect(open).toBe(false);
    if (saga.status === 'compensated') expect(['cancelled', 'rejected']).toContain(world.order.status);
    if (saga.status === 'completed') {
      expect(world).toMatchObject({ order: { status: 'shipped' }, payment: { captured: true, held: false } });
      expect(world.committed.size).toBe(plan.skus);
    }
    if (world.order.status === 'confirmed' || world.order.status === 'shipped') {
      expect(world.reserved.size + world.committed.size).toBe(plan.skus);
      expect(world.payment.held || world.payment.captured).toBe(true);
    }
  };

  for (const { what, which } of plan.choices) {
    const message = which % Math.max(1, toParticipants.length);
    const event = which % Math.max(1, world.outbox.length);
    const actions: (() => void)[] = [
      () => toParticipants.splice(message, 1).forEach(world.receive),
      () => toParticipants.slice(message, message + 1).forEach(world.receive),
      () => void toParticipants.splice(message, 1),
      () => world.outbox.splice(event, 1).forEach(give),
      () => world.outbox.slice(event, event + 1).forEach(give),
      () =>
        void (
          which % 3 === 0 &&
          world.outbox[event]?.commandKey.startsWith('http:') === false &&
          world.outbox.splice(event, 1)
        ),
      () => world.provider.shift()?.(),
      () => void scenario.timePasses(),
      () => void (which % 8 === 0 && world.cancel()),
      () => void (which % 4 === 0 && world.ship()),
      () => void (which % 16 === 0 && scenario.operator({ action: 'cancel' })),
      () => void (which % 2 === 0 && scenario.operator({ action: 'retry' })),
    ];
    actions[what % actions.length]?.();
    check();
  }
  for (let turns = 0; turns < 2_000; turns += 1) {
    const command = toParticipants.shift();
    const event = world.outbox.shift();
    const call = world.provider.shift();
    if (command !== undefined) world.receive(command);
    if (event !== undefined) give(event);
    call?.();
    if (command === undefined && event === undefined && call === undefined) {
      if (scenario.timers.length > 0) scenario.timePasses();
      else if (held.length > 0) toParticipants.push(...held.splice(0));
      else if (scenario.saga.parked.size > 0) retryAll(scenario);
      else if (world.order.status === 'confirmed' && plan.ending === 'ships') world.ship();
      else if (world.order.status === 'confirmed') world.cancel();
      else break;
    }
    check();
  }
  return { world, scenario };
}

/** An operator, once nothing fails any more. */
function retryAll(scenario: SagaScenario): void {
  for (const key of [...scenario.saga.parked.keys()]) {
    scenario.operator({ action: 'retry', step: key.split('/')[0] });
    expect(scenario.refused).toBeUndefined();
  }
}

const plans: fc.Arbitrary<Plan> = fc.record({
  skus: fc.integer({ min: 0, max: 4 }),
  missing: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.nat(3), { maxLength: 2 }) },
  ),
  providerAnswers: fc.constantFrom<ProviderAnswer>(
    'approves',
    'approves',
    'approves',
    'declines',
    'unknown-held',
    'unknown-not-held',
  ),
  choices: fc.array(fc.record({ what: fc.nat(11), which: fc.nat(100) }), { maxLength: 120 }),
  silent: fc.constantFrom('', '', '', 'order-commands', 'inventory-commands', 'payment-commands'),
  ending: fc.constantFrom('ships', 'cancels'),
});

describe('FulfilOrder, whatever happens', () => {
  it('ends quiet, with nothing left open, once nothing fails any more and operators have retried what was parked', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(plans, (plan) => {
        const { scenario } = run(plan);
        const { saga, events } = scenario;
        for (const { type } of events) seen.set(type, (seen.get(type) ?? 0) + 1);
        seen.set(saga.status, (seen.get(saga.status) ?? 0) + 1);
        expect(['completed', 'compensated']).toContain(saga.status);
        expect(saga.timers.size).toBe(0);
        if (saga.cause !== undefined) seen.set(saga.cause.reason, (seen.get(saga.cause.reason) ?? 0) + 1);
      }),
      { numRuns: 1_000, seed: 20_101_201 },
    );
    // A check that passes because nothing happened is a failure.
    const reasons = [
      'cancelled',
      'cancelled-by-operator',
      'out-of-stock',
      'payment-declined',
      'payment-unresolved',
      'timed-out',
    ];
    const happened = [
      'completed',
      'compensated',
      'SagaParked',
      'SagaUnparked',
      'OperatorActed',
      'InputIgnored',
      ...reasons,
    ];
    for (const outcome of happened) {
      expect({ outcome, often: (seen.get(outcome) ?? 0) > 5 }).toEqual({ outcome, often: true });
    }
  });
});
